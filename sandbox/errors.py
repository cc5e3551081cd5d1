"""The one error that handlers raise, and the envelope in which clients read it."""

from dataclasses import dataclass

from sandbox.messages import message_of


@dataclass(frozen=True, slots=True)
class ApiError(Exception):
    """A refusal: its id, its HTTP status, and what fills the blanks of its sentence."""

    id: str
    status: int = 400
    blanks: tuple[tuple[str, str], ...] = ()
    detail: str = ""

    def envelope(self, request_id: str) -> dict[str, object]:
        """Return the JSON that Mattermost sends for this error."""
        body: dict[str, object] = {
            "id": self.id,
            "message": message_of(self.id, self.blanks),
            "detailed_error": self.detail,
            "request_id": request_id,
            "status_code": self.status,
        }
        if self.id == NOT_FOUND:
            del body["request_id"]
        return body


NOT_FOUND = "api.context.404.app_error"


def forbidden() -> ApiError:
    """A right is missing."""
    return ApiError("api.context.permissions.app_error", 403)


def unauthorized() -> ApiError:
    """No token, or one that is not (or no longer) good."""
    return ApiError("api.context.session_expired.app_error", 401)


def invalid_body(name: str) -> ApiError:
    """The body, or one of its fields, cannot be used."""
    return ApiError("api.context.invalid_body_param.app_error", 400, (("Name", name),))


def invalid_url(name: str) -> ApiError:
    """An id in the path or in the query is malformed."""
    return ApiError("api.context.invalid_url_param.app_error", 400, (("Name", name),))


def invalid_param(name: str) -> ApiError:
    """A field holds a value that is not accepted."""
    return ApiError("api.context.invalid_param.app_error", 400, (("Name", name),))


def page_not_found(path: str) -> ApiError:
    """No call of the API has this method and path."""
    detail = (
        f"There doesn't appear to be an api call for the url='{path}'.  "
        "Typo? are you missing a team_id or user_id as part of the url?"
    )
    return ApiError(NOT_FOUND, 404, detail=detail)


def missing_user() -> ApiError:
    """Nobody has this id."""
    return ApiError("app.user.missing_account.const", 404)


def missing_channel() -> ApiError:
    """No channel has this id."""
    return ApiError("app.channel.get.existing.app_error", 404)


def missing_post() -> ApiError:
    """No post has this id, or it is deleted."""
    return ApiError("app.post.get.app_error", 404)


def too_large() -> ApiError:
    """The body is larger than the server takes."""
    return ApiError("api.context.request_body_too_large.app_error", 413)
