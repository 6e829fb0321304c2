"""The commands of admins: tuppence admin user, role, client, team, channel, policy, tool, switch, quota, prompt …."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.starting import read_settings, run

if TYPE_CHECKING:
    from bot.surfaces.administration import Change

admin_app = typer.Typer(help="Who may do what here, and the log of what admins did.", no_args_is_help=True)

Tenant = Annotated[str, typer.Option(metavar="TENANT", help="The workspace; local is the terminal's own.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Reason = Annotated[str, typer.Option(help="Why, for the log.")]
UserId = Annotated[str, typer.Argument(metavar="USER")]


def _group(name: str, text: str) -> typer.Typer:
    """A group of commands about one noun, with its `list`."""
    group = typer.Typer(help=text, no_args_is_help=True)
    admin_app.add_typer(group, name=name)

    @group.command("list")
    def show(tenant: Tenant = "local", as_json: AsJson = False) -> None:
        """What is set now."""
        settings = read_settings()
        from bot.surfaces import administration

        run(administration.show(settings, tenant, name, as_json=as_json))

    return group


def _change(tenant: str, act: Change, done: str, as_json: bool) -> None:
    settings = read_settings()
    from bot.surfaces import administration

    run(administration.change(settings, tenant, act, done, as_json=as_json))


users = _group("user", "Who may ask.")
identities = _group("identity", "Which account of a platform is which user.")
roles = _group("role", "Who may do more than ask about what is their own.")
clients = _group("client", "Which adviser looks after which client.")
teams = _group("team", "Which adviser reports to which supervisor.")
channels = _group("channel", "In which shared places there are answers.")
policies = _group("policy", "What the workspace has decided.")
tools = _group("tool", "Which tools are offered.")
switches = _group("switch", "What is stopped at once.")
quotas = _group("quota", "How much may be asked.")
prompts = _group("prompt", "The words that models are given.")
portfolios = _group("portfolio", "Which portfolio is whose.")
holds = _group("hold", "Whose records must be kept.")
audits = _group("audit", "The log of what admins did.")


@users.command("save", epilog='Example:  tuppence admin user save ada --name "Ada Byron"')
def save_user(
    user: UserId, name: str = "", active: bool = True, tenant: Tenant = "local", as_json: AsJson = False
) -> None:
    """Add a user, or change the name to show; --no-active shuts somebody out."""
    from bot.records import administration as admin

    _change(
        tenant,
        lambda s, by, at: admin.save_user(s, by, user, display_name=name, active=active, at=at),
        f"{user} is saved.",
        as_json,
    )


@identities.command("link")
def link(platform: str, external_id: str, user: UserId, tenant: Tenant = "local", as_json: AsJson = False) -> None:
    """Say whose account of a platform is which user."""
    from bot.records import administration as admin

    _change(
        tenant,
        lambda s, by, at: admin.link_identity(s, by, platform, external_id, user, at=at),
        f"The {platform} account {external_id} is {user}'s.",
        as_json,
    )


@identities.command("unlink")
def unlink(platform: str, external_id: str, tenant: Tenant = "local", as_json: AsJson = False) -> None:
    """Let an account be nobody's."""
    from bot.records import administration as admin

    _change(
        tenant,
        lambda s, by, at: admin.unlink_identity(s, by, platform, external_id, at=at),
        f"The {platform} account {external_id} is nobody's.",
        as_json,
    )


@roles.command("grant", epilog="Example:  tuppence admin role grant alan adviser")
def grant(user: UserId, role: str, tenant: Tenant = "local", as_json: AsJson = False) -> None:
    """Give a role: adviser, supervisor, compliance or admin."""
    from bot.records import administration as admin

    _change(tenant, lambda s, by, at: admin.grant_role(s, by, user, role, at=at), f"{user} is {role} now.", as_json)


@roles.command("revoke")
def revoke(user: UserId, role: str, tenant: Tenant = "local", as_json: AsJson = False) -> None:
    """Take a role away, with the clients and teams that stood on it."""
    from bot.records import administration as admin

    done = f"{user} is not {role} any more."
    _change(tenant, lambda s, by, at: admin.revoke_role(s, by, user, role, at=at), done, as_json)


@clients.command("assign", epilog="Example:  tuppence admin client assign alan ada")
def assign(adviser: str, client: str, tenant: Tenant = "local", as_json: AsJson = False) -> None:
    """Let an adviser look after a client."""
    from bot.records import administration as admin

    done = f"{adviser} looks after {client}."
    _change(tenant, lambda s, by, at: admin.assign_client(s, by, adviser, client, at=at), done, as_json)


@clients.command("unassign")
def unassign(adviser: str, client: str, tenant: Tenant = "local", as_json: AsJson = False) -> None:
    """End it at once."""
    from bot.records import administration as admin

    done = f"{adviser} does not look after {client} any more."
    _change(tenant, lambda s, by, at: admin.unassign_client(s, by, adviser, client, at=at), done, as_json)


@teams.command("join")
def join(supervisor: str, adviser: str, tenant: Tenant = "local", as_json: AsJson = False) -> None:
    """Let an adviser report to a supervisor."""
    from bot.records import administration as admin

    done = f"{adviser} reports to {supervisor}."
    _change(tenant, lambda s, by, at: admin.join_team(s, by, supervisor, adviser, at=at), done, as_json)


@teams.command("leave")
def leave(supervisor: str, adviser: str, tenant: Tenant = "local", as_json: AsJson = False) -> None:
    """End it."""
    from bot.records import administration as admin

    done = f"{adviser} does not report to {supervisor} any more."
    _change(tenant, lambda s, by, at: admin.leave_team(s, by, supervisor, adviser, at=at), done, as_json)


@channels.command("save")
def save_channel(
    channel: str,
    name: str = "",
    kind: Annotated[str, typer.Option(help="group, private or public.")] = "private",
    allow: Annotated[bool, typer.Option("--allow/--forbid", help="Whether there are answers.")] = False,
    external: Annotated[bool, typer.Option(help="Whether people of another organisation are there.")] = False,
    tenant: Tenant = "local",
    as_json: AsJson = False,
) -> None:
    """Add or change a shared place."""
    from bot.records import administration as admin

    _change(
        tenant,
        lambda s, by, at: admin.save_channel(
            s, by, channel, name=name, kind=kind, allowed=allow, external=external, at=at
        ),
        f"Channel {channel} is {'allowed' if allow else 'not allowed'}.",
        as_json,
    )


@policies.command(
    "set", epilog="Example:  tuppence admin policy set base_currency=EUR 'retention_days={\"turns\": 2555}'"
)
def set_policy(
    changes: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE")],
    tenant: Tenant = "local",
    as_json: AsJson = False,
) -> None:
    """Change fields of the policy."""
    from bot.records import administration as admin
    from bot.surfaces.administration import read_changes

    wanted = read_changes(changes)
    _change(tenant, lambda s, by, at: admin.set_policy(s, by, wanted, at=at), "The policy is changed.", as_json)


@tools.command("on")
def tool_on(tool: str, tenant: Tenant = "local", as_json: AsJson = False) -> None:
    """Offer a tool again."""
    from bot.records import administration as admin

    _change(tenant, lambda s, by, at: admin.switch_tool(s, by, tool, enabled=True, at=at), f"{tool} is on.", as_json)


@tools.command("off")
def tool_off(tool: str, tenant: Tenant = "local", as_json: AsJson = False) -> None:
    """Do not offer a tool."""
    from bot.records import administration as admin

    _change(tenant, lambda s, by, at: admin.switch_tool(s, by, tool, enabled=False, at=at), f"{tool} is off.", as_json)


@switches.command("pull", epilog='Example:  tuppence admin switch pull user ada --reason "lost phone"')
def pull(
    kind: Annotated[str, typer.Argument(help="tenant, tool, user or model.")],
    subject: Annotated[str, typer.Argument(help="Which one; none for the tenant.")] = "",
    reason: Reason = "",
    tenant: Tenant = "local",
    as_json: AsJson = False,
) -> None:
    """Stop something at once."""
    from bot.records import administration as admin

    _change(
        tenant,
        lambda s, by, at: admin.pull_switch(s, by, kind, subject, reason=reason, at=at),
        f"{kind} {subject or tenant} is stopped.",
        as_json,
    )


@switches.command("release")
def release(
    kind: str,
    subject: Annotated[str, typer.Argument()] = "",
    reason: Reason = "",
    tenant: Tenant = "local",
    as_json: AsJson = False,
) -> None:
    """Let it go on."""
    from bot.records import administration as admin

    _change(
        tenant,
        lambda s, by, at: admin.release_switch(s, by, kind, subject, reason=reason, at=at),
        f"{kind} {subject or tenant} goes on.",
        as_json,
    )


@quotas.command("set")
def set_quota(
    user: Annotated[str, typer.Argument(metavar="[USER]", help="Whose; without it, everybody's.")] = "",
    per_hour: Annotated[int | None, typer.Option(help="Questions an hour; any number if not said.")] = None,
    per_day: Annotated[int | None, typer.Option(help="Questions a day; any number if not said.")] = None,
    tenant: Tenant = "local",
    as_json: AsJson = False,
) -> None:
    """How many questions may be asked; without numbers, any number."""
    from bot.records import administration as admin

    _change(
        tenant,
        lambda s, by, at: admin.set_quota(s, by, user, per_hour=per_hour, per_day=per_day, at=at),
        f"The quota of {user or 'everybody'} is set.",
        as_json,
    )


@prompts.command("save")
def save_prompt(name: str, file: Path, tenant: Tenant = "local", as_json: AsJson = False) -> None:
    """Keep another version of a prompt from a file; `activate` puts it in use."""
    from bot.errors import AdminRefused
    from bot.records import administration as admin

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise AdminRefused(f"The file {file.name} can't be read as UTF-8 text; name another.") from None
    _change(
        tenant,
        lambda s, by, at: admin.save_prompt(s, by, name, text, at=at),
        f"Kept as version {{result}}; put it in use with: tuppence admin prompt activate {name} {{result}}",
        as_json,
    )


@prompts.command("activate")
def activate(name: str, version: int, tenant: Tenant = "local", as_json: AsJson = False) -> None:
    """Put a version in use; 0 is the one Tuppence came with."""
    from bot.records import administration as admin

    done = f"Version {version} of {name} is in use."
    _change(tenant, lambda s, by, at: admin.activate_prompt(s, by, name, version, at=at), done, as_json)


@portfolios.command("assign")
def assign_portfolio(portfolio: str, user: UserId, tenant: Tenant = "local", as_json: AsJson = False) -> None:
    """Make a portfolio another user's."""
    from bot.records import administration as admin

    done = f"The portfolio {portfolio} is {user}'s."
    _change(tenant, lambda s, by, at: admin.assign_portfolio(s, by, portfolio, user, at=at), done, as_json)


@audits.command("verify")
def verify(tenant: Tenant = "local", as_json: AsJson = False) -> None:
    """Whether every row follows from the one before; names the first that does not."""
    settings = read_settings()
    from bot.surfaces import administration

    if not run(administration.verify(settings, tenant, as_json=as_json)):
        raise typer.Exit(1)


@holds.command("place", epilog='Example:  tuppence admin hold place ada --reason "case 17"')
def place_hold(user: UserId, reason: Reason, tenant: Tenant = "local", as_json: AsJson = False) -> None:
    """Keep all of a user's records, whatever retention or the user says."""
    from bot.records.holds import place_hold

    _change(
        tenant,
        lambda s, by, at: place_hold(s, by, user, reason=reason, at=at),
        f"The records of {user} are held.",
        as_json,
    )


@holds.command("lift")
def lift_hold(user: UserId, tenant: Tenant = "local", as_json: AsJson = False) -> None:
    """Let retention and the user delete again."""
    from bot.records.holds import lift_hold

    _change(tenant, lambda s, by, at: lift_hold(s, by, user, at=at), f"The records of {user} are free.", as_json)
