
CREATE TABLE agenda_attendance (
    event integer NOT NULL,
    user_id character varying(26) NOT NULL,
    at timestamp with time zone NOT NULL,
    seen character varying(20) NOT NULL,
    day_told boolean NOT NULL,
    hour_told boolean NOT NULL,
    CONSTRAINT pk_agenda_attendance PRIMARY KEY (event, user_id)
);
CREATE INDEX ix_agenda_attendance_user_id ON agenda_attendance USING btree (user_id);

CREATE TABLE agenda_event (
    id integer NOT NULL DEFAULT nextval('agenda_event_id_seq'::regclass),
    title character varying(150) NOT NULL,
    details text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    zone character varying(64) NOT NULL,
    place character varying(150) NOT NULL,
    url character varying(1000) NOT NULL,
    departement character varying(3) NOT NULL,
    author_id character varying(26) NOT NULL,
    proposed_at timestamp with time zone NOT NULL,
    state character varying(16) NOT NULL,
    decided_by character varying(26) NOT NULL,
    reason character varying(500) NOT NULL,
    published_at timestamp with time zone,
    changed_at timestamp with time zone NOT NULL,
    sequence integer NOT NULL,
    mark character varying(20) NOT NULL,
    said_at timestamp with time zone,
    CONSTRAINT pk_agenda_event PRIMARY KEY (id)
);
CREATE INDEX ix_agenda_event_author_id ON agenda_event USING btree (author_id);
CREATE INDEX ix_agenda_event_ends_at ON agenda_event USING btree (ends_at);
CREATE INDEX ix_agenda_event_starts_at ON agenda_event USING btree (starts_at);

CREATE TABLE agenda_feed (
    user_id character varying(26) NOT NULL,
    token_hash character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_agenda_feed PRIMARY KEY (user_id),
    CONSTRAINT uq_agenda_feed_token_hash UNIQUE (token_hash)
);

CREATE TABLE announcement (
    id character varying(26) NOT NULL,
    by character varying(26) NOT NULL,
    text text NOT NULL,
    targets json NOT NULL,
    channels json NOT NULL,
    people json NOT NULL,
    everybody boolean NOT NULL,
    at timestamp with time zone,
    state character varying(16) NOT NULL,
    written integer NOT NULL,
    digest character varying(64),
    round integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    files json NOT NULL DEFAULT '{}'::json,
    CONSTRAINT pk_announcement PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ix_announcement_said ON announcement USING btree (digest, round);

CREATE TABLE arrival (
    person_id character varying(26) NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT pk_arrival PRIMARY KEY (person_id)
);

CREATE TABLE awaited (
    id integer NOT NULL DEFAULT nextval('awaited_id_seq'::regclass),
    username character varying(64),
    email character varying(254),
    role character varying(16),
    prenom character varying(80),
    nom character varying(80),
    structure character varying(200),
    siret character varying(14),
    code_commune character varying(5),
    departements json NOT NULL,
    arrived_on date,
    left_on date,
    imported_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_awaited PRIMARY KEY (id),
    CONSTRAINT uq_awaited_username UNIQUE (username)
);
CREATE INDEX ix_awaited_email ON awaited USING btree (email);

CREATE TABLE channel (
    key character varying(64) NOT NULL,
    channel_id character varying(26) NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT pk_channel PRIMARY KEY (key),
    CONSTRAINT uq_channel_channel_id UNIQUE (channel_id)
);

CREATE TABLE channel_allowance (
    key character varying(64) NOT NULL,
    user_id character varying(26) NOT NULL,
    is_in boolean NOT NULL,
    reason character varying(200) NOT NULL,
    by character varying(26) NOT NULL,
    at timestamp with time zone NOT NULL,
    leads boolean,
    CONSTRAINT pk_channel_allowance PRIMARY KEY (key, user_id)
);

CREATE TABLE channel_amendment (
    key character varying(64) NOT NULL,
    name character varying(64) NOT NULL,
    address character varying(64) NOT NULL,
    purpose character varying(250) NOT NULL,
    header character varying(1024) NOT NULL,
    archived character varying(200) NOT NULL,
    by character varying(26) NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT pk_channel_amendment PRIMARY KEY (key)
);

CREATE TABLE channel_change (
    run_id character varying(26) NOT NULL,
    n integer NOT NULL,
    drift character varying(16) NOT NULL,
    key character varying(64) NOT NULL,
    address character varying(64) NOT NULL,
    channel_id character varying(26) NOT NULL,
    user_id character varying(26) NOT NULL,
    username character varying(64) NOT NULL,
    reason text NOT NULL,
    before text NOT NULL,
    after text NOT NULL,
    state character varying(16) NOT NULL,
    batch integer NOT NULL,
    why text NOT NULL,
    CONSTRAINT pk_channel_change PRIMARY KEY (run_id, n)
);
CREATE INDEX ix_channel_change_batch ON channel_change USING btree (run_id, batch, n);

CREATE TABLE channel_run (
    id character varying(26) NOT NULL,
    kind character varying(16) NOT NULL,
    scope character varying(64) NOT NULL,
    by character varying(26) NOT NULL,
    at timestamp with time zone NOT NULL,
    stage character varying(16) NOT NULL,
    CONSTRAINT pk_channel_run PRIMARY KEY (id)
);
CREATE INDEX ix_channel_run_at ON channel_run USING btree (at);

CREATE TABLE claim (
    scope character varying(80) NOT NULL,
    period character varying(80) NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT pk_claim PRIMARY KEY (scope, period)
);

CREATE TABLE contact (
    id integer NOT NULL DEFAULT nextval('contact_id_seq'::regclass),
    key character varying(300) NOT NULL,
    nom character varying(120) NOT NULL,
    organisme character varying(120) NOT NULL,
    fonction character varying(120) NOT NULL,
    email character varying(254) NOT NULL,
    telephone character varying(32) NOT NULL,
    site character varying(300) NOT NULL,
    departement character varying(3) NOT NULL,
    state character varying(16) NOT NULL,
    proposed_by character varying(26) NOT NULL,
    decided_by character varying(26) NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_contact PRIMARY KEY (id),
    CONSTRAINT uq_contact_key UNIQUE (key)
);
CREATE INDEX ix_contact_state ON contact USING btree (state);

CREATE TABLE cra (
    id integer NOT NULL DEFAULT nextval('cra_id_seq'::regclass),
    author_id character varying(26) NOT NULL,
    structure character varying(200),
    departement_structure character varying(3),
    date date NOT NULL,
    canal character varying(16) NOT NULL,
    commune character varying(5) NOT NULL,
    code_postal character varying(5) NOT NULL,
    departement character varying(3) NOT NULL,
    activite character varying(16) NOT NULL,
    participants smallint NOT NULL,
    recurrents smallint,
    age_moins_12 smallint NOT NULL,
    age_de_12_a_18 smallint NOT NULL,
    age_de_18_a_35 smallint NOT NULL,
    age_de_35_a_60 smallint NOT NULL,
    age_plus_60 smallint NOT NULL,
    statut_etudiant smallint NOT NULL,
    statut_sans_emploi smallint NOT NULL,
    statut_en_emploi smallint NOT NULL,
    statut_retraite smallint NOT NULL,
    statut_heterogene smallint NOT NULL,
    suite_individuel smallint NOT NULL,
    suite_atelier smallint NOT NULL,
    suite_redirection smallint NOT NULL,
    themes integer NOT NULL,
    minutes smallint NOT NULL,
    source character varying(16) NOT NULL,
    key character varying(80) NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    modified_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT fk_cra_author_id FOREIGN KEY (author_id) REFERENCES person(id),
    CONSTRAINT pk_cra PRIMARY KEY (id),
    CONSTRAINT uq_cra_key UNIQUE (key)
);
CREATE INDEX ix_cra_author_id_cra_date ON cra USING btree (author_id, date);
CREATE INDEX ix_cra_date_brin ON cra USING brin (date);
CREATE INDEX ix_cra_departement_cra_date ON cra USING btree (departement, date);
CREATE INDEX ix_cra_departement_structure_cra_date ON cra USING btree (departement_structure, date);

CREATE TABLE cra_last_commune (
    author_id character varying(26) NOT NULL,
    commune character varying(5) NOT NULL,
    code_postal character varying(5) NOT NULL,
    CONSTRAINT fk_cra_last_commune_author_id FOREIGN KEY (author_id) REFERENCES person(id),
    CONSTRAINT pk_cra_last_commune PRIMARY KEY (author_id)
);

CREATE TABLE cra_month (
    author_id character varying(26) NOT NULL,
    month date NOT NULL,
    departement character varying(3) NOT NULL,
    accompagnements integer NOT NULL,
    ateliers integer NOT NULL,
    participants integer NOT NULL,
    individuels integer NOT NULL,
    ponctuelles integer NOT NULL,
    recurrents integer NOT NULL,
    minutes_collectif integer NOT NULL,
    minutes_individuel integer NOT NULL,
    minutes_ponctuel integer NOT NULL,
    canal_rattachement integer NOT NULL,
    canal_autre integer NOT NULL,
    canal_distance integer NOT NULL,
    canal_domicile integer NOT NULL,
    duree_jusqu_a_30 integer NOT NULL,
    duree_de_30_a_60 integer NOT NULL,
    duree_de_60_a_120 integer NOT NULL,
    duree_des_120 integer NOT NULL,
    age_moins_12 integer NOT NULL,
    age_de_12_a_18 integer NOT NULL,
    age_de_18_a_35 integer NOT NULL,
    age_de_35_a_60 integer NOT NULL,
    age_plus_60 integer NOT NULL,
    statut_etudiant integer NOT NULL,
    statut_sans_emploi integer NOT NULL,
    statut_en_emploi integer NOT NULL,
    statut_retraite integer NOT NULL,
    statut_heterogene integer NOT NULL,
    suite_individuel integer NOT NULL,
    suite_atelier integer NOT NULL,
    suite_redirection integer NOT NULL,
    theme_0 integer NOT NULL,
    theme_1 integer NOT NULL,
    theme_2 integer NOT NULL,
    theme_3 integer NOT NULL,
    theme_4 integer NOT NULL,
    theme_5 integer NOT NULL,
    theme_6 integer NOT NULL,
    theme_7 integer NOT NULL,
    theme_8 integer NOT NULL,
    theme_9 integer NOT NULL,
    theme_10 integer NOT NULL,
    theme_11 integer NOT NULL,
    theme_12 integer NOT NULL,
    theme_13 integer NOT NULL,
    theme_14 integer NOT NULL,
    theme_15 integer NOT NULL,
    theme_16 integer NOT NULL,
    theme_17 integer NOT NULL,
    theme_18 integer NOT NULL,
    CONSTRAINT fk_cra_month_author_id FOREIGN KEY (author_id) REFERENCES person(id),
    CONSTRAINT pk_cra_month PRIMARY KEY (departement, month, author_id)
);
CREATE INDEX ix_cra_month_author_id_cra_month_month ON cra_month USING btree (author_id, month);

CREATE TABLE digest (
    number integer NOT NULL,
    edition character varying(16) NOT NULL,
    day date NOT NULL,
    first_day date NOT NULL,
    at timestamp with time zone NOT NULL,
    state character varying(16) NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    edito text NOT NULL,
    edito_by character varying(26) NOT NULL DEFAULT ''::character varying,
    revision integer NOT NULL,
    approved_by character varying(26) NOT NULL DEFAULT ''::character varying,
    approved_at timestamp with time zone,
    published_at timestamp with time zone,
    withdrawn_by character varying(26) NOT NULL DEFAULT ''::character varying,
    channels json NOT NULL DEFAULT '{}'::json,
    parts integer NOT NULL,
    written integer NOT NULL,
    document character varying(26) NOT NULL DEFAULT ''::character varying,
    reminded integer NOT NULL,
    corrected integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_digest PRIMARY KEY (number),
    CONSTRAINT uq_digest_edition_day UNIQUE (edition, day)
);
CREATE INDEX ix_digest_at ON digest USING btree (at);
CREATE INDEX ix_digest_published_at ON digest USING btree (published_at);
CREATE INDEX ix_digest_state ON digest USING btree (state);

CREATE TABLE digest_entry (
    id integer NOT NULL DEFAULT nextval('digest_entry_id_seq'::regclass),
    digest integer NOT NULL,
    item integer NOT NULL,
    section character varying(16) NOT NULL,
    "position" integer NOT NULL,
    title character varying(200) NOT NULL,
    text text NOT NULL,
    url character varying(1000) NOT NULL,
    credit character varying(120) NOT NULL,
    dropped boolean NOT NULL,
    changed_by character varying(26) NOT NULL DEFAULT ''::character varying,
    CONSTRAINT pk_digest_entry PRIMARY KEY (id),
    CONSTRAINT uq_digest_entry_digest_item UNIQUE (digest, item)
);
CREATE INDEX ix_digest_entry_digest ON digest_entry USING btree (digest);
CREATE INDEX ix_digest_entry_item ON digest_entry USING btree (item);

CREATE TABLE draft (
    key character varying(80) NOT NULL,
    user_id character varying(26) NOT NULL,
    form character varying(80) NOT NULL,
    raw json NOT NULL,
    hidden json NOT NULL,
    saved_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_draft PRIMARY KEY (key)
);
CREATE INDEX ix_draft_user_id ON draft USING btree (user_id);

CREATE TABLE duty_absence (
    id integer NOT NULL DEFAULT nextval('duty_absence_id_seq'::regclass),
    user_id character varying(26) NOT NULL,
    starts date NOT NULL,
    ends date NOT NULL,
    by character varying(26) NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT pk_duty_absence PRIMARY KEY (id)
);
CREATE INDEX ix_duty_absence_ends ON duty_absence USING btree (ends);

CREATE TABLE duty_swap (
    id integer NOT NULL DEFAULT nextval('duty_swap_id_seq'::regclass),
    given integer NOT NULL,
    taken integer,
    by character varying(26) NOT NULL,
    with_id character varying(26) NOT NULL,
    answer character varying(16),
    at timestamp with time zone NOT NULL,
    CONSTRAINT pk_duty_swap PRIMARY KEY (id)
);

CREATE TABLE duty_turn (
    id integer NOT NULL DEFAULT nextval('duty_turn_id_seq'::regclass),
    user_id character varying(26) NOT NULL,
    starts date NOT NULL,
    ends date NOT NULL,
    by character varying(26) NOT NULL,
    at timestamp with time zone NOT NULL,
    queue character varying(16) NOT NULL,
    handed_at timestamp with time zone,
    CONSTRAINT pk_duty_turn PRIMARY KEY (id)
);
CREATE INDEX ix_duty_turn_ends ON duty_turn USING btree (ends);

CREATE TABLE edition (
    key character varying(16) NOT NULL,
    rhythm character varying(80) NOT NULL,
    targets json NOT NULL DEFAULT '[]'::json,
    unapproved character varying(16) NOT NULL,
    by character varying(26) NOT NULL DEFAULT ''::character varying,
    at timestamp with time zone NOT NULL,
    CONSTRAINT pk_edition PRIMARY KEY (key)
);

CREATE TABLE gone (
    person_id character varying(26) NOT NULL,
    noted_at timestamp with time zone NOT NULL,
    asked_at timestamp with time zone,
    CONSTRAINT pk_gone PRIMARY KEY (person_id)
);

CREATE TABLE guest (
    person_id character varying(26) NOT NULL,
    username character varying(64) NOT NULL,
    timezone character varying(64) NOT NULL,
    day date NOT NULL,
    at timestamp with time zone NOT NULL,
    told_at timestamp with time zone,
    role character varying(16),
    by character varying(64) NOT NULL,
    CONSTRAINT pk_guest PRIMARY KEY (person_id)
);
CREATE INDEX ix_guest_day ON guest USING btree (day);

CREATE TABLE help_request (
    key character varying(80) NOT NULL,
    helper_id character varying(26) NOT NULL,
    asked_by character varying(26) NOT NULL,
    at timestamp with time zone NOT NULL,
    is_withdrawn boolean NOT NULL,
    CONSTRAINT pk_help_request PRIMARY KEY (key, helper_id)
);
CREATE INDEX ix_help_request_helper_id_at ON help_request USING btree (helper_id, at);

CREATE TABLE job_run (
    name character varying(80) NOT NULL,
    period character varying(80) NOT NULL,
    at timestamp with time zone NOT NULL,
    result character varying(16) NOT NULL,
    CONSTRAINT pk_job_run PRIMARY KEY (name)
);

CREATE TABLE journal (
    id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id character varying(26) NOT NULL,
    actor character varying(64) NOT NULL,
    act character varying(48) NOT NULL,
    object character varying(80) NOT NULL,
    target_id character varying(26) NOT NULL,
    target character varying(64) NOT NULL,
    reason character varying(1000) NOT NULL,
    before json NOT NULL,
    after json NOT NULL,
    previous character varying(64) NOT NULL,
    hash character varying(64) NOT NULL,
    CONSTRAINT pk_journal PRIMARY KEY (id)
);
CREATE INDEX ix_journal_actor ON journal USING btree (actor);
CREATE INDEX ix_journal_at ON journal USING btree (at);
CREATE INDEX ix_journal_object ON journal USING btree (object);
CREATE INDEX ix_journal_target_id ON journal USING btree (target_id);

CREATE TABLE journal_head (
    id integer NOT NULL,
    last integer NOT NULL,
    hash character varying(64) NOT NULL,
    CONSTRAINT pk_journal_head PRIMARY KEY (id)
);

CREATE TABLE moderation_appeal (
    entry integer NOT NULL,
    case_id integer NOT NULL,
    user_id character varying(26) NOT NULL,
    word text NOT NULL,
    at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    reminded_at timestamp with time zone,
    decided_at timestamp with time zone,
    decided_by character varying(26) NOT NULL,
    kept boolean,
    answer character varying(1000) NOT NULL,
    CONSTRAINT pk_moderation_appeal PRIMARY KEY (entry)
);
CREATE INDEX ix_moderation_appeal_case_id ON moderation_appeal USING btree (case_id);
CREATE INDEX ix_moderation_appeal_user_id ON moderation_appeal USING btree (user_id);

CREATE TABLE moderation_case (
    id integer NOT NULL DEFAULT nextval('moderation_case_id_seq'::regclass),
    state character varying(16) NOT NULL,
    source character varying(16) NOT NULL,
    author_id character varying(26) NOT NULL,
    author character varying(64) NOT NULL,
    channel_id character varying(26) NOT NULL,
    channel character varying(64) NOT NULL,
    post_id character varying(26) NOT NULL,
    root_id character varying(26) NOT NULL,
    message text NOT NULL,
    files json NOT NULL,
    context json NOT NULL,
    posted_at timestamp with time zone,
    opened_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    decided_by character varying(26) NOT NULL,
    act character varying(48) NOT NULL,
    reason character varying(1000) NOT NULL,
    until timestamp with time zone,
    entry integer,
    proposed json NOT NULL,
    CONSTRAINT pk_moderation_case PRIMARY KEY (id)
);
CREATE INDEX ix_moderation_case_author_id ON moderation_case USING btree (author_id);
CREATE INDEX ix_moderation_case_opened_at ON moderation_case USING btree (opened_at);
CREATE INDEX ix_moderation_case_post_id ON moderation_case USING btree (post_id);
CREATE INDEX ix_moderation_case_state ON moderation_case USING btree (state);

CREATE TABLE moderation_hit (
    rule character varying(24) NOT NULL,
    post_id character varying(26) NOT NULL,
    author_id character varying(26) NOT NULL,
    channel_id character varying(26) NOT NULL,
    at timestamp with time zone NOT NULL,
    case_id integer,
    is_false boolean,
    CONSTRAINT pk_moderation_hit PRIMARY KEY (rule, post_id)
);
CREATE INDEX ix_moderation_hit_at ON moderation_hit USING btree (at);
CREATE INDEX ix_moderation_hit_author_id ON moderation_hit USING btree (author_id);
CREATE INDEX ix_moderation_hit_case_id ON moderation_hit USING btree (case_id);

CREATE TABLE moderation_measure (
    entry integer NOT NULL,
    case_id integer,
    act character varying(48) NOT NULL,
    user_id character varying(26) NOT NULL,
    channels json NOT NULL,
    reason character varying(1000) NOT NULL,
    by character varying(26) NOT NULL,
    began_at timestamp with time zone NOT NULL,
    until timestamp with time zone,
    ended_at timestamp with time zone,
    ended_by character varying(26) NOT NULL,
    before json NOT NULL,
    proposed_by character varying(26) NOT NULL DEFAULT ''::character varying,
    CONSTRAINT pk_moderation_measure PRIMARY KEY (entry)
);
CREATE INDEX ix_moderation_measure_case_id ON moderation_measure USING btree (case_id);
CREATE INDEX ix_moderation_measure_user_id ON moderation_measure USING btree (user_id);

CREATE TABLE moderation_report (
    case_id integer NOT NULL,
    reporter_id character varying(26) NOT NULL,
    motive character varying(16) NOT NULL,
    word character varying(500) NOT NULL,
    at timestamp with time zone NOT NULL,
    was_right boolean,
    told_at timestamp with time zone,
    CONSTRAINT pk_moderation_report PRIMARY KEY (case_id, reporter_id)
);
CREATE INDEX ix_moderation_report_at ON moderation_report USING btree (at);
CREATE INDEX ix_moderation_report_reporter_id ON moderation_report USING btree (reporter_id);

CREATE TABLE moderation_rule (
    name character varying(24) NOT NULL,
    mode character varying(16) NOT NULL,
    settings json NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    changed_by character varying(26) NOT NULL,
    CONSTRAINT pk_moderation_rule PRIMARY KEY (name)
);

CREATE TABLE move (
    person_id character varying(26) NOT NULL,
    departement character varying(3) NOT NULL,
    left_at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    CONSTRAINT pk_move PRIMARY KEY (person_id, departement)
);

CREATE TABLE newcomer (
    person_id character varying(26) NOT NULL,
    key character varying(64) NOT NULL,
    day date NOT NULL,
    at timestamp with time zone NOT NULL,
    told_at timestamp with time zone,
    CONSTRAINT pk_newcomer PRIMARY KEY (person_id, key)
);
CREATE INDEX ix_newcomer_day ON newcomer USING btree (day, key);

CREATE TABLE newcomer_quiet (
    departement character varying(3) NOT NULL,
    by character varying(26) NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT pk_newcomer_quiet PRIMARY KEY (departement)
);

CREATE TABLE news_feed (
    id integer NOT NULL DEFAULT nextval('news_feed_id_seq'::regclass),
    key character varying(80) NOT NULL,
    url character varying(1000) NOT NULL,
    name character varying(120) NOT NULL,
    etag character varying(200) NOT NULL,
    modified character varying(200) NOT NULL,
    by character varying(26) NOT NULL DEFAULT ''::character varying,
    added_at timestamp with time zone NOT NULL,
    read_at timestamp with time zone,
    failing_since timestamp with time zone,
    fault character varying(120) NOT NULL,
    told_at timestamp with time zone,
    added integer NOT NULL,
    removed boolean NOT NULL,
    CONSTRAINT pk_news_feed PRIMARY KEY (id),
    CONSTRAINT uq_news_feed_key UNIQUE (key)
);

CREATE TABLE news_feed_seen (
    feed integer NOT NULL,
    ident character varying(64) NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT pk_news_feed_seen PRIMARY KEY (feed, ident)
);

CREATE TABLE news_item (
    id integer NOT NULL DEFAULT nextval('news_item_id_seq'::regclass),
    key character varying(80) NOT NULL,
    kind character varying(16) NOT NULL,
    section character varying(16) NOT NULL,
    title character varying(200) NOT NULL,
    text text NOT NULL,
    url character varying(1000) NOT NULL,
    credit character varying(120) NOT NULL,
    author_id character varying(26) NOT NULL DEFAULT ''::character varying,
    proposed_by character varying(26) NOT NULL DEFAULT ''::character varying,
    channel_id character varying(26) NOT NULL DEFAULT ''::character varying,
    post_id character varying(26) NOT NULL DEFAULT ''::character varying,
    feed integer,
    departement character varying(3) NOT NULL,
    themes integer NOT NULL,
    score integer NOT NULL,
    found_at timestamp with time zone NOT NULL,
    withdrawn boolean NOT NULL,
    details json NOT NULL DEFAULT '{}'::json,
    CONSTRAINT pk_news_item PRIMARY KEY (id),
    CONSTRAINT uq_news_item_key UNIQUE (key)
);
CREATE INDEX ix_news_item_author_id ON news_item USING btree (author_id);
CREATE INDEX ix_news_item_feed ON news_item USING btree (feed);
CREATE INDEX ix_news_item_found_at ON news_item USING btree (found_at);
CREATE INDEX ix_news_item_post_id ON news_item USING btree (post_id);
CREATE INDEX ix_news_item_proposed_by ON news_item USING btree (proposed_by);

CREATE TABLE news_subscription (
    user_id character varying(26) NOT NULL,
    monthly boolean NOT NULL,
    weekday integer NOT NULL,
    hour integer NOT NULL,
    less json NOT NULL DEFAULT '[]'::json,
    sent json NOT NULL DEFAULT '[]'::json,
    away_until date,
    sent_at timestamp with time zone,
    begun_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_news_subscription PRIMARY KEY (user_id)
);

CREATE TABLE news_unquoted (
    user_id character varying(26) NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT pk_news_unquoted PRIMARY KEY (user_id)
);

CREATE TABLE outgoing (
    id character varying(26) NOT NULL,
    "where" character varying(16) NOT NULL,
    target character varying(26) NOT NULL,
    content json NOT NULL,
    topic character varying(64),
    created_at timestamp with time zone NOT NULL,
    attempts integer NOT NULL,
    not_before timestamp with time zone,
    delivered_at timestamp with time zone,
    post_id character varying(26),
    fault character varying(120),
    crowd boolean NOT NULL DEFAULT false,
    channel_id character varying(26),
    tells character varying(64),
    CONSTRAINT pk_outgoing PRIMARY KEY (id)
);
CREATE INDEX ix_outgoing_acts ON outgoing USING btree (target) WHERE ((("where")::text = 'act'::text) AND (not_before IS NOT NULL));
CREATE INDEX ix_outgoing_given_up ON outgoing USING btree (created_at) WHERE ((not_before IS NULL) AND (delivered_at IS NULL));
CREATE INDEX ix_outgoing_news ON outgoing USING btree (created_at) WHERE ((tells IS NOT NULL) AND (not_before IS NULL));
CREATE INDEX ix_outgoing_passing ON outgoing USING btree (delivered_at) WHERE ((delivered_at IS NOT NULL) AND ((topic IS NULL) OR (substr((topic)::text, 1, 6) = 'draft:'::text)));
CREATE INDEX ix_outgoing_rewritten ON outgoing USING btree (target) WHERE (("where")::text = 'post'::text);
CREATE INDEX ix_outgoing_topic ON outgoing USING btree (topic) WHERE (topic IS NOT NULL);
CREATE INDEX ix_outgoing_waiting ON outgoing USING btree (crowd, created_at, id, not_before) WHERE (not_before IS NOT NULL);

CREATE TABLE person (
    id character varying(26) NOT NULL,
    username character varying(64) NOT NULL,
    role character varying(16),
    structure character varying(200),
    departements json NOT NULL,
    timezone character varying(64) NOT NULL,
    since timestamp with time zone NOT NULL,
    derived_role character varying(16),
    derived_at timestamp with time zone,
    prenom character varying(80),
    nom character varying(80),
    email character varying(254),
    telephone character varying(32),
    siret character varying(14),
    code_commune character varying(5),
    arrived_on date,
    left_on date,
    skills json NOT NULL DEFAULT '[]'::json,
    skill_words json NOT NULL DEFAULT '[]'::json,
    languages json NOT NULL DEFAULT '[]'::json,
    shown_to json NOT NULL DEFAULT '{}'::json,
    is_hidden boolean NOT NULL DEFAULT false,
    helps boolean NOT NULL DEFAULT false,
    CONSTRAINT pk_person PRIMARY KEY (id)
);
CREATE INDEX ix_person_username ON person USING btree (username);

CREATE TABLE person_erasure (
    user_id character varying(26) NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    cancelled_at timestamp with time zone,
    done_at timestamp with time zone,
    step integer NOT NULL,
    pseudonym character varying(26) NOT NULL,
    asleep boolean NOT NULL,
    CONSTRAINT pk_person_erasure PRIMARY KEY (user_id)
);
CREATE INDEX ix_person_erasure_due_at ON person_erasure USING btree (due_at);

CREATE TABLE place_wish (
    person_id character varying(26) NOT NULL,
    departements json NOT NULL,
    at timestamp with time zone NOT NULL,
    granted boolean,
    by character varying(64) NOT NULL,
    CONSTRAINT pk_place_wish PRIMARY KEY (person_id)
);

CREATE TABLE poll (
    number integer NOT NULL DEFAULT nextval('poll_number_seq'::regclass),
    key character varying(26) NOT NULL,
    by character varying(26) NOT NULL,
    question character varying(150) NOT NULL,
    options json NOT NULL,
    several boolean NOT NULL,
    anonymous boolean NOT NULL,
    live boolean NOT NULL,
    targets json NOT NULL,
    channels json NOT NULL,
    rooms json NOT NULL,
    people integer NOT NULL,
    public boolean NOT NULL,
    invited integer,
    state character varying(16) NOT NULL,
    written integer NOT NULL,
    telling boolean NOT NULL,
    results json,
    created_at timestamp with time zone NOT NULL,
    opened_at timestamp with time zone,
    ends_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    voted integer NOT NULL DEFAULT 0,
    CONSTRAINT pk_poll PRIMARY KEY (number),
    CONSTRAINT uq_poll_key UNIQUE (key)
);
CREATE INDEX ix_poll_state ON poll USING btree (state, ends_at);

CREATE TABLE poll_box (
    poll integer NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT pk_poll_box PRIMARY KEY (poll)
);

CREATE TABLE poll_crowd (
    poll integer NOT NULL,
    people json NOT NULL,
    CONSTRAINT pk_poll_crowd PRIMARY KEY (poll)
);

CREATE TABLE poll_quiet (
    user_id character varying(26) NOT NULL,
    CONSTRAINT pk_poll_quiet PRIMARY KEY (user_id)
);

CREATE TABLE poll_vote (
    poll integer NOT NULL,
    user_id character varying(26) NOT NULL,
    choices integer NOT NULL,
    departement character varying(3) NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT pk_poll_vote PRIMARY KEY (poll, user_id)
);

CREATE TABLE poll_voter (
    poll integer NOT NULL,
    user_id character varying(26) NOT NULL,
    CONSTRAINT pk_poll_voter PRIMARY KEY (poll, user_id)
);

CREATE TABLE quota_use (
    user_id character varying(26) NOT NULL,
    kind character varying(16) NOT NULL,
    day date NOT NULL,
    used integer NOT NULL,
    CONSTRAINT pk_quota_use PRIMARY KEY (user_id, kind, day)
);

CREATE TABLE read_cursor (
    name character varying(80) NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT pk_read_cursor PRIMARY KEY (name)
);

CREATE TABLE resource (
    id integer NOT NULL DEFAULT nextval('resource_id_seq'::regclass),
    key character varying(80) NOT NULL,
    source character varying(120) NOT NULL,
    titre character varying(200) NOT NULL,
    description text NOT NULL,
    url character varying(1000) NOT NULL,
    categorie character varying(32) NOT NULL,
    themes integer NOT NULL,
    type character varying(32) NOT NULL,
    niveau character varying(32) NOT NULL,
    public character varying(32) NOT NULL,
    licence character varying(80) NOT NULL,
    auteur character varying(64) NOT NULL,
    auteur_id character varying(26) NOT NULL,
    date date NOT NULL,
    state character varying(16) NOT NULL,
    decided_by character varying(26) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    revision integer NOT NULL,
    reason character varying(500) NOT NULL DEFAULT ''::character varying,
    deposited_by character varying(26) NOT NULL DEFAULT ''::character varying,
    source_post character varying(26) NOT NULL DEFAULT ''::character varying,
    ticket integer,
    files json NOT NULL DEFAULT '{}'::json,
    post_id character varying(26) NOT NULL DEFAULT ''::character varying,
    channel_id character varying(26) NOT NULL DEFAULT ''::character varying,
    thread_post character varying(26) NOT NULL DEFAULT ''::character varying,
    showing integer NOT NULL DEFAULT 0,
    question character varying(500) NOT NULL DEFAULT ''::character varying,
    version integer NOT NULL DEFAULT 1,
    published_at timestamp with time zone,
    review_on date,
    reviews integer NOT NULL DEFAULT 0,
    CONSTRAINT pk_resource PRIMARY KEY (id),
    CONSTRAINT uq_resource_key UNIQUE (key)
);
CREATE INDEX ix_resource_deposited_by ON resource USING btree (deposited_by);
CREATE INDEX ix_resource_post_id ON resource USING btree (post_id);
CREATE INDEX ix_resource_published_at ON resource USING btree (published_at);
CREATE INDEX ix_resource_review_on ON resource USING btree (review_on);
CREATE INDEX ix_resource_revision ON resource USING btree (revision);
CREATE INDEX ix_resource_source ON resource USING btree (source);
CREATE INDEX ix_resource_source_post ON resource USING btree (source_post);
CREATE INDEX ix_resource_thread_post ON resource USING btree (thread_post);
CREATE INDEX ix_resource_ticket ON resource USING btree (ticket);

CREATE TABLE resource_collected (
    collection integer NOT NULL,
    resource integer NOT NULL,
    place integer NOT NULL,
    by character varying(26) NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT pk_resource_collected PRIMARY KEY (collection, resource)
);
CREATE INDEX ix_resource_collected_resource ON resource_collected USING btree (resource);

CREATE TABLE resource_collection (
    id integer NOT NULL DEFAULT nextval('resource_collection_id_seq'::regclass),
    key character varying(80) NOT NULL,
    name character varying(80) NOT NULL,
    about character varying(300) NOT NULL,
    owner_id character varying(26) NOT NULL,
    pinned boolean NOT NULL DEFAULT false,
    seed character varying(16) NOT NULL DEFAULT ''::character varying,
    told character varying(64) NOT NULL DEFAULT ''::character varying,
    removed_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_resource_collection PRIMARY KEY (id),
    CONSTRAINT uq_resource_collection_key UNIQUE (key)
);
CREATE INDEX ix_resource_collection_owner_id ON resource_collection USING btree (owner_id);

CREATE TABLE resource_comment (
    id integer NOT NULL DEFAULT nextval('resource_comment_id_seq'::regclass),
    resource integer NOT NULL,
    user_id character varying(26) NOT NULL,
    waits text NOT NULL,
    post_id character varying(26) NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT pk_resource_comment PRIMARY KEY (id)
);
CREATE INDEX ix_resource_comment_post_id ON resource_comment USING btree (post_id);
CREATE INDEX ix_resource_comment_resource ON resource_comment USING btree (resource);

CREATE TABLE resource_link_check (
    resource integer NOT NULL,
    url character varying(1000) NOT NULL,
    checked_at timestamp with time zone NOT NULL,
    fault character varying(16) NOT NULL,
    failures integer NOT NULL,
    failing_since date,
    told_at timestamp with time zone,
    archive character varying(1000) NOT NULL,
    quiet boolean NOT NULL DEFAULT false,
    CONSTRAINT pk_resource_link_check PRIMARY KEY (resource)
);
CREATE INDEX ix_resource_link_check_checked_at ON resource_link_check USING btree (checked_at);

CREATE TABLE resource_mark (
    resource integer NOT NULL,
    user_id character varying(26) NOT NULL,
    mark character varying(16) NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT pk_resource_mark PRIMARY KEY (resource, user_id, mark)
);
CREATE INDEX ix_resource_mark_user_id ON resource_mark USING btree (user_id);

CREATE TABLE resource_need (
    key character varying(200) NOT NULL,
    user_id character varying(26) NOT NULL,
    words character varying(200) NOT NULL,
    about character varying(500) NOT NULL,
    at timestamp with time zone NOT NULL,
    resource integer,
    closed_by character varying(26) NOT NULL,
    closed_at timestamp with time zone,
    CONSTRAINT pk_resource_need PRIMARY KEY (key, user_id)
);
CREATE INDEX ix_resource_need_closed_at ON resource_need USING btree (closed_at);

CREATE TABLE resource_report (
    resource integer NOT NULL,
    user_id character varying(26) NOT NULL,
    why character varying(16) NOT NULL,
    word character varying(500) NOT NULL,
    at timestamp with time zone NOT NULL,
    closed_by character varying(26) NOT NULL,
    closed_at timestamp with time zone,
    CONSTRAINT pk_resource_report PRIMARY KEY (resource, user_id)
);

CREATE TABLE resource_stamp (
    id integer NOT NULL,
    number integer NOT NULL,
    CONSTRAINT pk_resource_stamp PRIMARY KEY (id)
);

CREATE TABLE resource_version (
    resource integer NOT NULL,
    version integer NOT NULL,
    by character varying(26) NOT NULL,
    at timestamp with time zone NOT NULL,
    before json NOT NULL,
    CONSTRAINT pk_resource_version PRIMARY KEY (resource, version)
);

CREATE TABLE stats_secret (
    id integer NOT NULL,
    secret bytea NOT NULL,
    CONSTRAINT pk_stats_secret PRIMARY KEY (id)
);

CREATE TABLE stats_subscription (
    person_id character varying(26) NOT NULL,
    since timestamp with time zone NOT NULL,
    sent date NOT NULL,
    CONSTRAINT fk_stats_subscription_person_id FOREIGN KEY (person_id) REFERENCES person(id),
    CONSTRAINT pk_stats_subscription PRIMARY KEY (person_id)
);

CREATE TABLE structure (
    siret character varying(14) NOT NULL,
    nom character varying(200) NOT NULL,
    code_commune character varying(5),
    CONSTRAINT pk_structure PRIMARY KEY (siret)
);

CREATE TABLE theme_follow (
    user_id character varying(26) NOT NULL,
    theme character varying(32) NOT NULL,
    paused boolean NOT NULL DEFAULT false,
    at timestamp with time zone NOT NULL,
    told_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_theme_follow PRIMARY KEY (user_id, theme)
);

CREATE TABLE ticket (
    id integer NOT NULL DEFAULT nextval('ticket_id_seq'::regclass),
    key character varying(80) NOT NULL,
    queue character varying(16) NOT NULL,
    category character varying(16) NOT NULL,
    urgency character varying(16) NOT NULL,
    subject character varying(120) NOT NULL,
    details text NOT NULL,
    words text NOT NULL,
    context text NOT NULL,
    commune character varying(80) NOT NULL,
    files json NOT NULL,
    said_masked json NOT NULL,
    source_post character varying(26) NOT NULL,
    source_channel character varying(26) NOT NULL,
    author_id character varying(26) NOT NULL,
    username character varying(64) NOT NULL,
    departement character varying(3) NOT NULL,
    agent_id character varying(26) NOT NULL,
    state character varying(16) NOT NULL,
    reason character varying(16),
    solution text NOT NULL,
    duplicate_of integer,
    thread_post character varying(26) NOT NULL,
    thread_channel character varying(26) NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    first_answer_at timestamp with time zone,
    resolved_at timestamp with time zone,
    closed_at timestamp with time zone,
    asked_at timestamp with time zone,
    nudged integer NOT NULL,
    late_said boolean NOT NULL DEFAULT false,
    warned_at timestamp with time zone,
    rating integer NOT NULL,
    rating_word character varying(500) NOT NULL,
    rating_asked boolean NOT NULL DEFAULT false,
    incident integer,
    version integer NOT NULL,
    CONSTRAINT pk_ticket PRIMARY KEY (id),
    CONSTRAINT uq_ticket_key UNIQUE (key)
);
CREATE INDEX ix_ticket_agent_id ON ticket USING btree (agent_id);
CREATE INDEX ix_ticket_author_id ON ticket USING btree (author_id);
CREATE INDEX ix_ticket_duplicate_of ON ticket USING btree (duplicate_of);
CREATE INDEX ix_ticket_incident ON ticket USING btree (incident);
CREATE INDEX ix_ticket_opened_at ON ticket USING btree (opened_at);
CREATE INDEX ix_ticket_source_post ON ticket USING btree (source_post);
CREATE INDEX ix_ticket_state_queue ON ticket USING btree (state, queue);
CREATE INDEX ix_ticket_thread_post ON ticket USING btree (thread_post);

CREATE TABLE ticket_card (
    ticket integer NOT NULL,
    queue character varying(16) NOT NULL,
    channel_id character varying(26) NOT NULL,
    post_id character varying(26) NOT NULL,
    version integer NOT NULL,
    CONSTRAINT pk_ticket_card PRIMARY KEY (ticket, queue)
);
CREATE INDEX ix_ticket_card_post_id ON ticket_card USING btree (post_id);

CREATE TABLE ticket_incident (
    id integer NOT NULL DEFAULT nextval('ticket_incident_id_seq'::regclass),
    queue character varying(16) NOT NULL,
    subject character varying(120) NOT NULL,
    by character varying(26) NOT NULL,
    alike json NOT NULL,
    news text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT pk_ticket_incident PRIMARY KEY (id)
);

CREATE TABLE ticket_line (
    post_id character varying(26) NOT NULL,
    ticket integer NOT NULL,
    side character varying(16) NOT NULL,
    by character varying(26) NOT NULL,
    at timestamp with time zone NOT NULL,
    twin character varying(26) NOT NULL,
    twin_channel character varying(26) NOT NULL,
    is_gone boolean NOT NULL DEFAULT false,
    waits text,
    files json NOT NULL,
    later text,
    is_kept boolean NOT NULL DEFAULT false,
    CONSTRAINT pk_ticket_line PRIMARY KEY (post_id)
);
CREATE INDEX ix_ticket_line_ticket ON ticket_line USING btree (ticket, side, at);
CREATE INDEX ix_ticket_line_twin ON ticket_line USING btree (twin);

CREATE TABLE ticket_move (
    id integer NOT NULL DEFAULT nextval('ticket_move_id_seq'::regclass),
    ticket integer NOT NULL,
    at timestamp with time zone NOT NULL,
    by character varying(26) NOT NULL,
    move character varying(16) NOT NULL,
    state character varying(16) NOT NULL,
    note character varying(300) NOT NULL,
    internal character varying(300) NOT NULL DEFAULT ''::character varying,
    whom character varying(26) NOT NULL DEFAULT ''::character varying,
    queue character varying(16) NOT NULL DEFAULT ''::character varying,
    CONSTRAINT pk_ticket_move PRIMARY KEY (id)
);
CREATE INDEX ix_ticket_move_ticket ON ticket_move USING btree (ticket, id);

CREATE TABLE ticket_source (
    post_id character varying(26) NOT NULL,
    channel_id character varying(26) NOT NULL,
    root_id character varying(26) NOT NULL,
    author_id character varying(26) NOT NULL,
    asked_by character varying(26) NOT NULL,
    text text NOT NULL,
    context text NOT NULL,
    files json NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT pk_ticket_source PRIMARY KEY (post_id)
);

CREATE TABLE ticket_wish (
    key character varying(80) NOT NULL,
    author_id character varying(26) NOT NULL,
    username character varying(64) NOT NULL,
    asked json NOT NULL,
    alike json NOT NULL,
    at timestamp with time zone NOT NULL,
    answered integer,
    queue character varying(16) NOT NULL,
    fiches json NOT NULL DEFAULT '[]'::json,
    fiche integer,
    CONSTRAINT pk_ticket_wish PRIMARY KEY (key)
);
CREATE INDEX ix_ticket_wish_at ON ticket_wish USING btree (at);
CREATE INDEX ix_ticket_wish_author_id ON ticket_wish USING btree (author_id);

CREATE TABLE watched_member (
    place character varying(26) NOT NULL,
    user_id character varying(26) NOT NULL,
    is_in boolean NOT NULL,
    is_admin boolean NOT NULL,
    version integer NOT NULL,
    changed_at timestamp with time zone,
    changed_by character varying(16),
    CONSTRAINT pk_watched_member PRIMARY KEY (place, user_id)
);
CREATE INDEX ix_watched_member_user_id ON watched_member USING btree (user_id);

CREATE TABLE watched_place (
    id character varying(26) NOT NULL,
    since bigint NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    is_ready boolean NOT NULL,
    version integer NOT NULL,
    changed_at bigint NOT NULL,
    name character varying(64) NOT NULL,
    display_name character varying(256) NOT NULL,
    is_private boolean NOT NULL,
    archived boolean NOT NULL,
    CONSTRAINT pk_watched_place PRIMARY KEY (id)
);

CREATE TABLE welcome (
    person_id character varying(26) NOT NULL,
    username character varying(64) NOT NULL,
    role character varying(16) NOT NULL,
    at timestamp with time zone NOT NULL,
    charter character varying(16),
    charter_at timestamp with time zone,
    reminded_at timestamp with time zone,
    filed_at timestamp with time zone,
    CONSTRAINT pk_welcome PRIMARY KEY (person_id)
);

CREATE TABLE work (
    id character varying(26) NOT NULL,
    sort character varying(16) NOT NULL,
    name character varying(64) NOT NULL,
    data json NOT NULL,
    person character varying(26) NOT NULL,
    state character varying(16) NOT NULL,
    done integer NOT NULL,
    total integer,
    cursor json,
    topic character varying(64),
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    updated_at timestamp with time zone NOT NULL,
    not_before timestamp with time zone,
    owner character varying(26),
    attempts integer NOT NULL,
    error character varying(120),
    CONSTRAINT pk_work PRIMARY KEY (id)
);
CREATE INDEX ix_work_over ON work USING btree (updated_at) WHERE (not_before IS NULL);
CREATE INDEX ix_work_waiting ON work USING btree (sort, person, created_at, not_before, topic, id) WHERE (not_before IS NOT NULL);

CREATE SEQUENCE agenda_event_id_seq integer 1 1;
CREATE SEQUENCE awaited_id_seq integer 1 1;
CREATE SEQUENCE contact_id_seq integer 1 1;
CREATE SEQUENCE cra_id_seq integer 1 1;
CREATE SEQUENCE digest_entry_id_seq integer 1 1;
CREATE SEQUENCE duty_absence_id_seq integer 1 1;
CREATE SEQUENCE duty_swap_id_seq integer 1 1;
CREATE SEQUENCE duty_turn_id_seq integer 1 1;
CREATE SEQUENCE moderation_case_id_seq integer 1 1;
CREATE SEQUENCE news_feed_id_seq integer 1 1;
CREATE SEQUENCE news_item_id_seq integer 1 1;
CREATE SEQUENCE poll_number_seq integer 1 1;
CREATE SEQUENCE resource_collection_id_seq integer 1 1;
CREATE SEQUENCE resource_comment_id_seq integer 1 1;
CREATE SEQUENCE resource_id_seq integer 1 1;
CREATE SEQUENCE ticket_id_seq integer 1 1;
CREATE SEQUENCE ticket_incident_id_seq integer 1 1;
CREATE SEQUENCE ticket_move_id_seq integer 1 1;
