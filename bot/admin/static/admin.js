// What the templates of starlette-admin do in event attributes, which the content security policy forbids.
document.querySelectorAll('[data-tuppence="columns"]').forEach(function (button) {
  button.addEventListener("click", function () { window.applyColumnVisibility(); });
});
document.querySelectorAll('[data-tuppence="go"]').forEach(function (select) {
  select.addEventListener("change", function () { window.location = select.value; });
});
