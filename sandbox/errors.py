"""The one error that handlers raise, and the envelope in which clients read it."""

from dataclasses import dataclass

from sandbox.messages import message_of


@dataclass(frozen=True, slots=True)
class ApiError(Exception):
    """A refusal: its id, its HTTP status, and the values for the blanks of its sentence."""

    id: str
    status: int = 400
    blanks: tuple[tuple[str, str], ...] = ()
    detail: str = ""

    def envelope(self, request_id: str) -> dict[str, object]:
        """Return the JSON that Mattermost sends for the error."""
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
    """Make the error of a missing right."""
    return ApiError("api.context.permissions.app_error", 403)


def unauthorized() -> ApiError:
    """Make the error of a request without a valid token."""
    return ApiError("api.context.session_expired.app_error", 401)


def invalid_body(name: str) -> ApiError:
    """Make the error of a body, or a field of it, that cannot be used."""
    return ApiError("api.context.invalid_body_param.app_error", 400, (("Name", name),))


def invalid_url(name: str) -> ApiError:
    """Make the error of a malformed id in the path or in the query."""
    return ApiError("api.context.invalid_url_param.app_error", 400, (("Name", name),))


def invalid_param(name: str) -> ApiError:
    """Make the error of a value that is not accepted."""
    return ApiError("api.context.invalid_param.app_error", 400, (("Name", name),))


def page_not_found(path: str) -> ApiError:
    """Make the error of a method and path that no call has."""
    detail = (
        f"There doesn't appear to be an api call for the url='{path}'.  "
        "Typo? are you missing a team_id or user_id as part of the url?"
    )
    return ApiError(NOT_FOUND, 404, detail=detail)


def missing_user() -> ApiError:
    """Make the error of an id that nobody has."""
    return ApiError("app.user.missing_account.const", 404)


def missing_channel() -> ApiError:
    """Make the error of an id that no channel has."""
    return ApiError("app.channel.get.existing.app_error", 404)


def missing_post() -> ApiError:
    """Make the error of an id that no post has, or a deleted one."""
    return ApiError("app.post.get.app_error", 404)


def too_large() -> ApiError:
    """Make the error of a body larger than the server accepts."""
    return ApiError("api.context.request_body_too_large.app_error", 413)
