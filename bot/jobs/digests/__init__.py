"""Digests: what happened, put together by code from the tools' figures and worded, where one may, by a model."""
