"""The capabilities of each server version; code asks for a switch, never for the version number."""

from dataclasses import dataclass, field, fields

Number = tuple[int, int]

MODES: tuple[Number, ...] = ((5, 37), (9, 4), (9, 11), (10, 5), (11, 2), (11, 6))


def _since(major: int, minor: int) -> bool:
    """Declare a switch that is on from this version."""
    value: bool = field(metadata={"since": (major, minor)})
    return value


def _until(major: int, minor: int) -> bool:
    """Declare a switch that is on before this version."""
    value: bool = field(metadata={"until": (major, minor)})
    return value


def _between(since: Number, until: Number) -> bool:
    """Declare a switch that is on from one version to another."""
    value: bool = field(metadata={"since": since, "until": until})
    return value


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The switches of one server version."""

    number: str

    # Slash commands, actions and dialogs
    command_form_has_root_id: bool = _since(11, 0)
    command_refused_in_archived_channel: bool = _since(11, 2)
    commands_have_own_permission: bool = _since(11, 2)
    trigger_charset_checked: bool = _since(11, 2)
    long_trigger_life: bool = _since(9, 5)
    empty_action_reply_accepted: bool = _since(6, 0)
    dialog_multiselect: bool = _since(11, 0)
    dialog_steps: bool = _since(11, 1)
    dialog_reply_must_be_json: bool = _since(10, 11)
    command_update_refuses_taken_trigger: bool = _since(9, 0)
    hook_errors_are_general: bool = _since(10, 0)
    group_says_shared: bool = _since(10, 6)
    hooks_set_online: bool = _until(6, 0)
    unknown_path_is_plain: bool = _until(6, 0)

    # People
    profile_attributes: bool = _since(10, 8)
    new_name_draws_picture: bool = _since(6, 0)
    user_has_remote_id: bool = _since(6, 0)
    own_user_hides_auth_data: bool = _since(10, 6)
    own_copy_dates_password: bool = _since(11, 6)
    thread_notify_props: bool = _since(6, 0)
    push_status_online: bool = _since(10, 6)
    long_passwords: bool = _since(6, 0)

    user_search_in_the_middle: bool = _since(7, 0)
    user_updated_in_three_copies: bool = _since(6, 0)

    # Teams and channels
    team_admin_finds_private: bool = _since(11, 0)
    group_posts_mention_all: bool = _since(9, 1)
    email_invitations_never_fail: bool = _since(6, 0)
    unknown_joiner_has_own_error: bool = _since(9, 12)
    team_has_cloud_limits: bool = _since(7, 0)
    channel_has_last_root_post: bool = _since(6, 0)
    channel_has_banner: bool = _since(10, 6)
    member_has_urgent_mentions: bool = _since(7, 6)
    member_times_hidden: bool = _since(11, 0)
    one_letter_channel_names: bool = _since(6, 0)
    channel_fields_required: bool = _since(9, 0)
    direct_with_oneself: bool = _since(9, 0)
    deactivated_not_added: bool = _since(9, 0)
    town_square_keeps_name: bool = _since(6, 0)
    taken_name_said_in_patch: bool = _since(6, 0)
    has_convert_call: bool = _until(6, 0)
    has_archived_search: bool = _until(11, 0)
    admin_lists_private_archived: bool = _since(10, 6)
    added_hears_own_copy: bool = _since(10, 6)
    leaver_hears_own_copy: bool = _since(6, 0)
    empty_lists_are_null: bool = _since(6, 0)
    batch_can_be_graceful: bool = _until(6, 0)
    # Only the recorded 9.11 lets a plain member of the team add others to a public channel from outside.
    anybody_adds_to_public: bool = _between((9, 11), (10, 0))
    private_archive_is_private: bool = _since(6, 0)
    search_tells_strangers: bool = _since(11, 6)
    empty_patch_refused: bool = _since(11, 6)
    channel_has_translation: bool = _since(11, 6)
    stats_count_files: bool = _since(7, 0)
    public_posts_for_team: bool = _since(11, 0)
    many_channels_viewed: bool = _since(7, 0)
    walls_are_403: bool = _since(6, 0)
    members_keep_user_role: bool = _since(10, 6)
    bulk_add: bool = _since(9, 11)

    # Posts
    schedules_posts: bool = _since(10, 3)
    flags_content: bool = _since(11, 1)
    list_says_has_next: bool = _between((7, 0), (10, 6))
    asked_reply_turns_thread: bool = _between((6, 0), (10, 6))
    stranger_mentions_both: bool = _since(10, 6)
    deleted_post_has_metadata: bool = _until(6, 0)
    search_finds_loose_files: bool = _between((6, 0), (10, 6))
    loose_files_readable: bool = _since(6, 0)
    threads: bool = _since(6, 0)
    previews_posts: bool = _since(6, 0)
    previews_sent_one_by_one: bool = _until(10, 6)
    list_says_inaccessible: bool = _since(7, 0)
    deleted_posts_readable: bool = _since(7, 0)
    has_posts_by_ids: bool = _since(7, 0)
    files_can_be_dropped: bool = _since(10, 0)
    edit_limit_works: bool = _since(6, 0)
    edit_limit_holds_for_all: bool = _since(11, 6)
    put_keeps_props: bool = _since(11, 6)
    pinned_twice_is_silent: bool = _since(11, 6)
    frames_tell_integrations: bool = _since(11, 6)
    edits_leave_a_copy: bool = _until(99, 0)
    deleted_twice_is_missing: bool = _since(10, 6)
    emoji_must_exist: bool = _since(6, 0)
    post_always_has_file_ids: bool = _since(10, 6)
    ten_files: bool = _since(6, 0)
    reaction_has_channel: bool = _since(6, 0)
    file_has_channel: bool = _since(6, 0)
    file_has_archived: bool = _since(7, 0)
    post_has_parent_id: bool = _until(6, 0)
    post_has_remote_id: bool = _since(6, 0)
    mentions_of_receiver_only: bool = _since(9, 3)

    # Rights
    people_limited: bool = _since(11, 6)
    bot_edits_itself: bool = _until(6, 0)
    revoked_token_is_deaf: bool = _since(6, 0)
    commands_free_for_all: bool = _since(8, 0)
    team_admin_uploads_everywhere: bool = _since(11, 2)

    short_props: bool = _until(6, 0)
    too_long_is_message_length: bool = _since(10, 6)

    # Connection
    ping_names_desktop: bool = _until(6, 0)
    payload_limited: bool = _since(9, 5)
    large_payload_is_413: bool = _since(10, 0)
    broadcast_names_connection: bool = _since(6, 0)
    hello_has_hostname: bool = _since(10, 4)

    @property
    def client_config(self) -> str:
        """The name of the list of settings for clients: that of the nearest recorded version below."""
        if self.channel_has_translation:
            return "11.6"
        if self.dialog_steps:
            return "11.2"
        return "9.11" if self.threads else "5.37"

    @property
    def too_long_id(self) -> str:
        """The id of the error for a message that is too long."""
        name = "message_length" if self.too_long_is_message_length else "msg"
        return f"model.post.is_valid.{name}.app_error"

    @property
    def longest_props(self) -> int:
        """The most characters that a post’s props may have, written as JSON."""
        return 8000 if self.short_props else 800_000


def capabilities(version: str) -> Capabilities:
    """Return the switches of the mode that is nearest below a version such as « 10.11 »."""
    asked = _parse(version)
    mode = max((known for known in MODES if known <= asked), default=MODES[0])
    switches = {f.name: _is_on(dict(f.metadata), mode) for f in fields(Capabilities) if f.metadata}
    return Capabilities(number=f"{mode[0]}.{mode[1]}.0", **switches)


def _parse(version: str) -> Number:
    major, _, rest = version.partition(".")
    return int(major), int(rest.partition(".")[0] or 0)


def _is_on(bounds: dict[str, Number], mode: Number) -> bool:
    since, until = bounds.get("since"), bounds.get("until")
    return (since is None or mode >= since) and (until is None or mode < until)
