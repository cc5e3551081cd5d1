
CREATE TABLE agenda_attendance (
    event INTEGER NOT NULL,
    user_id VARCHAR(26) NOT NULL,
    at DATETIME NOT NULL,
    seen VARCHAR(20) NOT NULL,
    day_told BOOLEAN NOT NULL,
    hour_told BOOLEAN NOT NULL,
    CONSTRAINT pk_agenda_attendance PRIMARY KEY (event, user_id)
);
CREATE INDEX ix_agenda_attendance_user_id ON agenda_attendance (user_id);

CREATE TABLE agenda_event (
    id INTEGER NOT NULL,
    title VARCHAR(150) NOT NULL,
    details TEXT NOT NULL,
    starts_at DATETIME NOT NULL,
    ends_at DATETIME NOT NULL,
    zone VARCHAR(64) NOT NULL,
    place VARCHAR(150) NOT NULL,
    url VARCHAR(1000) NOT NULL,
    departement VARCHAR(3) NOT NULL,
    author_id VARCHAR(26) NOT NULL,
    proposed_at DATETIME NOT NULL,
    state VARCHAR(16) NOT NULL,
    decided_by VARCHAR(26) NOT NULL,
    reason VARCHAR(500) NOT NULL,
    published_at DATETIME,
    changed_at DATETIME NOT NULL,
    sequence INTEGER NOT NULL,
    mark VARCHAR(20) NOT NULL,
    said_at DATETIME,
    CONSTRAINT pk_agenda_event PRIMARY KEY (id)
);
CREATE INDEX ix_agenda_event_author_id ON agenda_event (author_id);
CREATE INDEX ix_agenda_event_ends_at ON agenda_event (ends_at);
CREATE INDEX ix_agenda_event_starts_at ON agenda_event (starts_at);

CREATE TABLE agenda_feed (
    user_id VARCHAR(26) NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT pk_agenda_feed PRIMARY KEY (user_id),
    CONSTRAINT uq_agenda_feed_token_hash UNIQUE (token_hash)
);

CREATE TABLE announcement (
    id VARCHAR(26) NOT NULL,
    "by" VARCHAR(26) NOT NULL,
    text TEXT NOT NULL,
    targets JSON NOT NULL,
    channels JSON NOT NULL,
    people JSON NOT NULL,
    everybody BOOLEAN NOT NULL,
    at DATETIME,
    state VARCHAR(16) NOT NULL,
    written INTEGER NOT NULL,
    digest VARCHAR(64),
    round INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    files JSON DEFAULT '{}' NOT NULL,
    CONSTRAINT pk_announcement PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ix_announcement_said ON announcement (digest, round);

CREATE TABLE arrival (
    person_id VARCHAR(26) NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_arrival PRIMARY KEY (person_id)
);

CREATE TABLE awaited (
    id INTEGER NOT NULL,
    username VARCHAR(64),
    email VARCHAR(254),
    role VARCHAR(16),
    prenom VARCHAR(80),
    nom VARCHAR(80),
    structure VARCHAR(200),
    siret VARCHAR(14),
    code_commune VARCHAR(5),
    departements JSON NOT NULL,
    arrived_on DATE,
    left_on DATE,
    imported_at DATETIME NOT NULL,
    CONSTRAINT pk_awaited PRIMARY KEY (id),
    CONSTRAINT uq_awaited_username UNIQUE (username)
);
CREATE INDEX ix_awaited_email ON awaited (email);

CREATE TABLE channel (
    "key" VARCHAR(64) NOT NULL,
    channel_id VARCHAR(26) NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_channel PRIMARY KEY ("key"),
    CONSTRAINT uq_channel_channel_id UNIQUE (channel_id)
);

CREATE TABLE channel_allowance (
    "key" VARCHAR(64) NOT NULL,
    user_id VARCHAR(26) NOT NULL,
    is_in BOOLEAN NOT NULL,
    reason VARCHAR(200) NOT NULL,
    "by" VARCHAR(26) NOT NULL,
    at DATETIME NOT NULL,
    leads BOOLEAN,
    CONSTRAINT pk_channel_allowance PRIMARY KEY ("key", user_id)
);

CREATE TABLE channel_amendment (
    "key" VARCHAR(64) NOT NULL,
    name VARCHAR(64) NOT NULL,
    address VARCHAR(64) NOT NULL,
    purpose VARCHAR(250) NOT NULL,
    header VARCHAR(1024) NOT NULL,
    archived VARCHAR(200) NOT NULL,
    "by" VARCHAR(26) NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_channel_amendment PRIMARY KEY ("key")
);

CREATE TABLE channel_change (
    run_id VARCHAR(26) NOT NULL,
    n INTEGER NOT NULL,
    drift VARCHAR(16) NOT NULL,
    "key" VARCHAR(64) NOT NULL,
    address VARCHAR(64) NOT NULL,
    channel_id VARCHAR(26) NOT NULL,
    user_id VARCHAR(26) NOT NULL,
    username VARCHAR(64) NOT NULL,
    reason TEXT NOT NULL,
    "before" TEXT NOT NULL,
    "after" TEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    batch INTEGER NOT NULL,
    why TEXT NOT NULL,
    CONSTRAINT pk_channel_change PRIMARY KEY (run_id, n)
);
CREATE INDEX ix_channel_change_batch ON channel_change (run_id, batch, n);

CREATE TABLE channel_run (
    id VARCHAR(26) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    scope VARCHAR(64) NOT NULL,
    "by" VARCHAR(26) NOT NULL,
    at DATETIME NOT NULL,
    stage VARCHAR(16) NOT NULL,
    CONSTRAINT pk_channel_run PRIMARY KEY (id)
);
CREATE INDEX ix_channel_run_at ON channel_run (at);

CREATE TABLE claim (
    scope VARCHAR(80) NOT NULL,
    period VARCHAR(80) NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_claim PRIMARY KEY (scope, period)
);

CREATE TABLE contact (
    id INTEGER NOT NULL,
    "key" VARCHAR(300) NOT NULL,
    nom VARCHAR(120) NOT NULL,
    organisme VARCHAR(120) NOT NULL,
    fonction VARCHAR(120) NOT NULL,
    email VARCHAR(254) NOT NULL,
    telephone VARCHAR(32) NOT NULL,
    site VARCHAR(300) NOT NULL,
    departement VARCHAR(3) NOT NULL,
    state VARCHAR(16) NOT NULL,
    proposed_by VARCHAR(26) NOT NULL,
    decided_by VARCHAR(26) NOT NULL,
    changed_at DATETIME NOT NULL,
    CONSTRAINT pk_contact PRIMARY KEY (id),
    CONSTRAINT uq_contact_key UNIQUE ("key")
);
CREATE INDEX ix_contact_state ON contact (state);

CREATE TABLE cra (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    author_id VARCHAR(26) NOT NULL,
    structure VARCHAR(200),
    departement_structure VARCHAR(3),
    date DATE NOT NULL,
    canal VARCHAR(16) NOT NULL,
    commune VARCHAR(5) NOT NULL,
    code_postal VARCHAR(5) NOT NULL,
    departement VARCHAR(3) NOT NULL,
    activite VARCHAR(16) NOT NULL,
    participants SMALLINT NOT NULL,
    recurrents SMALLINT,
    age_moins_12 SMALLINT NOT NULL,
    age_de_12_a_18 SMALLINT NOT NULL,
    age_de_18_a_35 SMALLINT NOT NULL,
    age_de_35_a_60 SMALLINT NOT NULL,
    age_plus_60 SMALLINT NOT NULL,
    statut_etudiant SMALLINT NOT NULL,
    statut_sans_emploi SMALLINT NOT NULL,
    statut_en_emploi SMALLINT NOT NULL,
    statut_retraite SMALLINT NOT NULL,
    statut_heterogene SMALLINT NOT NULL,
    suite_individuel SMALLINT NOT NULL,
    suite_atelier SMALLINT NOT NULL,
    suite_redirection SMALLINT NOT NULL,
    themes INTEGER NOT NULL,
    minutes SMALLINT NOT NULL,
    source VARCHAR(16) NOT NULL,
    "key" VARCHAR(80) NOT NULL,
    version INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    modified_at DATETIME NOT NULL,
    deleted_at DATETIME,
    CONSTRAINT fk_cra_author_id FOREIGN KEY(author_id) REFERENCES person (id),
    CONSTRAINT uq_cra_key UNIQUE ("key")
);
CREATE INDEX ix_cra_author_id_cra_date ON cra (author_id, date);
CREATE INDEX ix_cra_date ON cra (date);
CREATE INDEX ix_cra_departement_cra_date ON cra (departement, date);
CREATE INDEX ix_cra_departement_structure_cra_date ON cra (departement_structure, date);

CREATE TABLE cra_last_commune (
    author_id VARCHAR(26) NOT NULL,
    commune VARCHAR(5) NOT NULL,
    code_postal VARCHAR(5) NOT NULL,
    CONSTRAINT pk_cra_last_commune PRIMARY KEY (author_id),
    CONSTRAINT fk_cra_last_commune_author_id FOREIGN KEY(author_id) REFERENCES person (id)
);

CREATE TABLE cra_month (
    author_id VARCHAR(26) NOT NULL,
    month DATE NOT NULL,
    departement VARCHAR(3) NOT NULL,
    accompagnements INTEGER NOT NULL,
    ateliers INTEGER NOT NULL,
    participants INTEGER NOT NULL,
    individuels INTEGER NOT NULL,
    ponctuelles INTEGER NOT NULL,
    recurrents INTEGER NOT NULL,
    minutes_collectif INTEGER NOT NULL,
    minutes_individuel INTEGER NOT NULL,
    minutes_ponctuel INTEGER NOT NULL,
    canal_rattachement INTEGER NOT NULL,
    canal_autre INTEGER NOT NULL,
    canal_distance INTEGER NOT NULL,
    canal_domicile INTEGER NOT NULL,
    duree_jusqu_a_30 INTEGER NOT NULL,
    duree_de_30_a_60 INTEGER NOT NULL,
    duree_de_60_a_120 INTEGER NOT NULL,
    duree_des_120 INTEGER NOT NULL,
    age_moins_12 INTEGER NOT NULL,
    age_de_12_a_18 INTEGER NOT NULL,
    age_de_18_a_35 INTEGER NOT NULL,
    age_de_35_a_60 INTEGER NOT NULL,
    age_plus_60 INTEGER NOT NULL,
    statut_etudiant INTEGER NOT NULL,
    statut_sans_emploi INTEGER NOT NULL,
    statut_en_emploi INTEGER NOT NULL,
    statut_retraite INTEGER NOT NULL,
    statut_heterogene INTEGER NOT NULL,
    suite_individuel INTEGER NOT NULL,
    suite_atelier INTEGER NOT NULL,
    suite_redirection INTEGER NOT NULL,
    theme_0 INTEGER NOT NULL,
    theme_1 INTEGER NOT NULL,
    theme_2 INTEGER NOT NULL,
    theme_3 INTEGER NOT NULL,
    theme_4 INTEGER NOT NULL,
    theme_5 INTEGER NOT NULL,
    theme_6 INTEGER NOT NULL,
    theme_7 INTEGER NOT NULL,
    theme_8 INTEGER NOT NULL,
    theme_9 INTEGER NOT NULL,
    theme_10 INTEGER NOT NULL,
    theme_11 INTEGER NOT NULL,
    theme_12 INTEGER NOT NULL,
    theme_13 INTEGER NOT NULL,
    theme_14 INTEGER NOT NULL,
    theme_15 INTEGER NOT NULL,
    theme_16 INTEGER NOT NULL,
    theme_17 INTEGER NOT NULL,
    theme_18 INTEGER NOT NULL,
    CONSTRAINT pk_cra_month PRIMARY KEY (departement, month, author_id),
    CONSTRAINT fk_cra_month_author_id FOREIGN KEY(author_id) REFERENCES person (id)
) WITHOUT ROWID;
CREATE INDEX ix_cra_month_author_id_cra_month_month ON cra_month (author_id, month);

CREATE TABLE digest (
    number INTEGER NOT NULL,
    edition VARCHAR(16) NOT NULL,
    day DATE NOT NULL,
    first_day DATE NOT NULL,
    at DATETIME NOT NULL,
    state VARCHAR(16) NOT NULL,
    since DATETIME NOT NULL,
    until DATETIME NOT NULL,
    edito TEXT NOT NULL,
    edito_by VARCHAR(26) DEFAULT '' NOT NULL,
    revision INTEGER NOT NULL,
    approved_by VARCHAR(26) DEFAULT '' NOT NULL,
    approved_at DATETIME,
    published_at DATETIME,
    withdrawn_by VARCHAR(26) DEFAULT '' NOT NULL,
    channels JSON DEFAULT '{}' NOT NULL,
    parts INTEGER NOT NULL,
    written INTEGER NOT NULL,
    document VARCHAR(26) DEFAULT '' NOT NULL,
    reminded INTEGER NOT NULL,
    corrected INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT pk_digest PRIMARY KEY (number),
    CONSTRAINT uq_digest_edition_day UNIQUE (edition, day)
);
CREATE INDEX ix_digest_at ON digest (at);
CREATE INDEX ix_digest_published_at ON digest (published_at);
CREATE INDEX ix_digest_state ON digest (state);

CREATE TABLE digest_entry (
    id INTEGER NOT NULL,
    digest INTEGER NOT NULL,
    item INTEGER NOT NULL,
    section VARCHAR(16) NOT NULL,
    position INTEGER NOT NULL,
    title VARCHAR(200) NOT NULL,
    text TEXT NOT NULL,
    url VARCHAR(1000) NOT NULL,
    credit VARCHAR(120) NOT NULL,
    dropped BOOLEAN NOT NULL,
    changed_by VARCHAR(26) DEFAULT '' NOT NULL,
    CONSTRAINT pk_digest_entry PRIMARY KEY (id),
    CONSTRAINT uq_digest_entry_digest_item UNIQUE (digest, item)
);
CREATE INDEX ix_digest_entry_digest ON digest_entry (digest);
CREATE INDEX ix_digest_entry_item ON digest_entry (item);

CREATE TABLE draft (
    "key" VARCHAR(80) NOT NULL,
    user_id VARCHAR(26) NOT NULL,
    form VARCHAR(80) NOT NULL,
    raw JSON NOT NULL,
    hidden JSON NOT NULL,
    saved_at DATETIME NOT NULL,
    CONSTRAINT pk_draft PRIMARY KEY ("key")
);
CREATE INDEX ix_draft_user_id ON draft (user_id);

CREATE TABLE duty_absence (
    id INTEGER NOT NULL,
    user_id VARCHAR(26) NOT NULL,
    starts DATE NOT NULL,
    ends DATE NOT NULL,
    "by" VARCHAR(26) NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_duty_absence PRIMARY KEY (id)
);
CREATE INDEX ix_duty_absence_ends ON duty_absence (ends);

CREATE TABLE duty_swap (
    id INTEGER NOT NULL,
    given INTEGER NOT NULL,
    taken INTEGER,
    "by" VARCHAR(26) NOT NULL,
    with_id VARCHAR(26) NOT NULL,
    answer VARCHAR(16),
    at DATETIME NOT NULL,
    CONSTRAINT pk_duty_swap PRIMARY KEY (id)
);

CREATE TABLE duty_turn (
    id INTEGER NOT NULL,
    user_id VARCHAR(26) NOT NULL,
    starts DATE NOT NULL,
    ends DATE NOT NULL,
    "by" VARCHAR(26) NOT NULL,
    at DATETIME NOT NULL,
    queue VARCHAR(16) NOT NULL,
    handed_at DATETIME,
    CONSTRAINT pk_duty_turn PRIMARY KEY (id)
);
CREATE INDEX ix_duty_turn_ends ON duty_turn (ends);

CREATE TABLE edition (
    "key" VARCHAR(16) NOT NULL,
    rhythm VARCHAR(80) NOT NULL,
    targets JSON DEFAULT '[]' NOT NULL,
    unapproved VARCHAR(16) NOT NULL,
    "by" VARCHAR(26) DEFAULT '' NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_edition PRIMARY KEY ("key")
);

CREATE TABLE gone (
    person_id VARCHAR(26) NOT NULL,
    noted_at DATETIME NOT NULL,
    asked_at DATETIME,
    CONSTRAINT pk_gone PRIMARY KEY (person_id)
);

CREATE TABLE guest (
    person_id VARCHAR(26) NOT NULL,
    username VARCHAR(64) NOT NULL,
    timezone VARCHAR(64) NOT NULL,
    day DATE NOT NULL,
    at DATETIME NOT NULL,
    told_at DATETIME,
    role VARCHAR(16),
    "by" VARCHAR(64) NOT NULL,
    CONSTRAINT pk_guest PRIMARY KEY (person_id)
);
CREATE INDEX ix_guest_day ON guest (day);

CREATE TABLE help_request (
    "key" VARCHAR(80) NOT NULL,
    helper_id VARCHAR(26) NOT NULL,
    asked_by VARCHAR(26) NOT NULL,
    at DATETIME NOT NULL,
    is_withdrawn BOOLEAN NOT NULL,
    CONSTRAINT pk_help_request PRIMARY KEY ("key", helper_id)
);
CREATE INDEX ix_help_request_helper_id_at ON help_request (helper_id, at);

CREATE TABLE job_run (
    name VARCHAR(80) NOT NULL,
    period VARCHAR(80) NOT NULL,
    at DATETIME NOT NULL,
    result VARCHAR(16) NOT NULL,
    CONSTRAINT pk_job_run PRIMARY KEY (name)
);

CREATE TABLE journal (
    id INTEGER NOT NULL,
    at DATETIME NOT NULL,
    actor_id VARCHAR(26) NOT NULL,
    actor VARCHAR(64) NOT NULL,
    act VARCHAR(48) NOT NULL,
    object VARCHAR(80) NOT NULL,
    target_id VARCHAR(26) NOT NULL,
    target VARCHAR(64) NOT NULL,
    reason VARCHAR(1000) NOT NULL,
    "before" JSON NOT NULL,
    "after" JSON NOT NULL,
    previous VARCHAR(64) NOT NULL,
    hash VARCHAR(64) NOT NULL,
    CONSTRAINT pk_journal PRIMARY KEY (id)
);
CREATE INDEX ix_journal_actor ON journal (actor);
CREATE INDEX ix_journal_at ON journal (at);
CREATE INDEX ix_journal_object ON journal (object);
CREATE INDEX ix_journal_target_id ON journal (target_id);

CREATE TABLE journal_head (
    id INTEGER NOT NULL,
    last INTEGER NOT NULL,
    hash VARCHAR(64) NOT NULL,
    CONSTRAINT pk_journal_head PRIMARY KEY (id)
);

CREATE TABLE moderation_appeal (
    entry INTEGER NOT NULL,
    case_id INTEGER NOT NULL,
    user_id VARCHAR(26) NOT NULL,
    word TEXT NOT NULL,
    at DATETIME NOT NULL,
    due_at DATETIME NOT NULL,
    reminded_at DATETIME,
    decided_at DATETIME,
    decided_by VARCHAR(26) NOT NULL,
    kept BOOLEAN,
    answer VARCHAR(1000) NOT NULL,
    CONSTRAINT pk_moderation_appeal PRIMARY KEY (entry)
);
CREATE INDEX ix_moderation_appeal_case_id ON moderation_appeal (case_id);
CREATE INDEX ix_moderation_appeal_user_id ON moderation_appeal (user_id);

CREATE TABLE moderation_case (
    id INTEGER NOT NULL,
    state VARCHAR(16) NOT NULL,
    source VARCHAR(16) NOT NULL,
    author_id VARCHAR(26) NOT NULL,
    author VARCHAR(64) NOT NULL,
    channel_id VARCHAR(26) NOT NULL,
    channel VARCHAR(64) NOT NULL,
    post_id VARCHAR(26) NOT NULL,
    root_id VARCHAR(26) NOT NULL,
    message TEXT NOT NULL,
    files JSON NOT NULL,
    context JSON NOT NULL,
    posted_at DATETIME,
    opened_at DATETIME NOT NULL,
    decided_at DATETIME,
    decided_by VARCHAR(26) NOT NULL,
    act VARCHAR(48) NOT NULL,
    reason VARCHAR(1000) NOT NULL,
    until DATETIME,
    entry INTEGER,
    proposed JSON NOT NULL,
    CONSTRAINT pk_moderation_case PRIMARY KEY (id)
);
CREATE INDEX ix_moderation_case_author_id ON moderation_case (author_id);
CREATE INDEX ix_moderation_case_opened_at ON moderation_case (opened_at);
CREATE INDEX ix_moderation_case_post_id ON moderation_case (post_id);
CREATE INDEX ix_moderation_case_state ON moderation_case (state);

CREATE TABLE moderation_hit (
    rule VARCHAR(24) NOT NULL,
    post_id VARCHAR(26) NOT NULL,
    author_id VARCHAR(26) NOT NULL,
    channel_id VARCHAR(26) NOT NULL,
    at DATETIME NOT NULL,
    case_id INTEGER,
    is_false BOOLEAN,
    CONSTRAINT pk_moderation_hit PRIMARY KEY (rule, post_id)
);
CREATE INDEX ix_moderation_hit_at ON moderation_hit (at);
CREATE INDEX ix_moderation_hit_author_id ON moderation_hit (author_id);
CREATE INDEX ix_moderation_hit_case_id ON moderation_hit (case_id);

CREATE TABLE moderation_measure (
    entry INTEGER NOT NULL,
    case_id INTEGER,
    act VARCHAR(48) NOT NULL,
    user_id VARCHAR(26) NOT NULL,
    channels JSON NOT NULL,
    reason VARCHAR(1000) NOT NULL,
    "by" VARCHAR(26) NOT NULL,
    began_at DATETIME NOT NULL,
    until DATETIME,
    ended_at DATETIME,
    ended_by VARCHAR(26) NOT NULL,
    "before" JSON NOT NULL,
    proposed_by VARCHAR(26) DEFAULT '' NOT NULL,
    CONSTRAINT pk_moderation_measure PRIMARY KEY (entry)
);
CREATE INDEX ix_moderation_measure_case_id ON moderation_measure (case_id);
CREATE INDEX ix_moderation_measure_user_id ON moderation_measure (user_id);

CREATE TABLE moderation_report (
    case_id INTEGER NOT NULL,
    reporter_id VARCHAR(26) NOT NULL,
    motive VARCHAR(16) NOT NULL,
    word VARCHAR(500) NOT NULL,
    at DATETIME NOT NULL,
    was_right BOOLEAN,
    told_at DATETIME,
    CONSTRAINT pk_moderation_report PRIMARY KEY (case_id, reporter_id)
);
CREATE INDEX ix_moderation_report_at ON moderation_report (at);
CREATE INDEX ix_moderation_report_reporter_id ON moderation_report (reporter_id);

CREATE TABLE moderation_rule (
    name VARCHAR(24) NOT NULL,
    mode VARCHAR(16) NOT NULL,
    settings JSON NOT NULL,
    changed_at DATETIME NOT NULL,
    changed_by VARCHAR(26) NOT NULL,
    CONSTRAINT pk_moderation_rule PRIMARY KEY (name)
);

CREATE TABLE move (
    person_id VARCHAR(26) NOT NULL,
    departement VARCHAR(3) NOT NULL,
    left_at DATETIME NOT NULL,
    until DATETIME NOT NULL,
    CONSTRAINT pk_move PRIMARY KEY (person_id, departement)
);

CREATE TABLE newcomer (
    person_id VARCHAR(26) NOT NULL,
    "key" VARCHAR(64) NOT NULL,
    day DATE NOT NULL,
    at DATETIME NOT NULL,
    told_at DATETIME,
    CONSTRAINT pk_newcomer PRIMARY KEY (person_id, "key")
);
CREATE INDEX ix_newcomer_day ON newcomer (day, "key");

CREATE TABLE newcomer_quiet (
    departement VARCHAR(3) NOT NULL,
    "by" VARCHAR(26) NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_newcomer_quiet PRIMARY KEY (departement)
);

CREATE TABLE news_feed (
    id INTEGER NOT NULL,
    "key" VARCHAR(80) NOT NULL,
    url VARCHAR(1000) NOT NULL,
    name VARCHAR(120) NOT NULL,
    etag VARCHAR(200) NOT NULL,
    modified VARCHAR(200) NOT NULL,
    "by" VARCHAR(26) DEFAULT '' NOT NULL,
    added_at DATETIME NOT NULL,
    read_at DATETIME,
    failing_since DATETIME,
    fault VARCHAR(120) NOT NULL,
    told_at DATETIME,
    added INTEGER NOT NULL,
    removed BOOLEAN NOT NULL,
    CONSTRAINT pk_news_feed PRIMARY KEY (id),
    CONSTRAINT uq_news_feed_key UNIQUE ("key")
);

CREATE TABLE news_feed_seen (
    feed INTEGER NOT NULL,
    ident VARCHAR(64) NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_news_feed_seen PRIMARY KEY (feed, ident)
);

CREATE TABLE news_item (
    id INTEGER NOT NULL,
    "key" VARCHAR(80) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    section VARCHAR(16) NOT NULL,
    title VARCHAR(200) NOT NULL,
    text TEXT NOT NULL,
    url VARCHAR(1000) NOT NULL,
    credit VARCHAR(120) NOT NULL,
    author_id VARCHAR(26) DEFAULT '' NOT NULL,
    proposed_by VARCHAR(26) DEFAULT '' NOT NULL,
    channel_id VARCHAR(26) DEFAULT '' NOT NULL,
    post_id VARCHAR(26) DEFAULT '' NOT NULL,
    feed INTEGER,
    departement VARCHAR(3) NOT NULL,
    themes INTEGER NOT NULL,
    score INTEGER NOT NULL,
    found_at DATETIME NOT NULL,
    withdrawn BOOLEAN NOT NULL,
    details JSON DEFAULT '{}' NOT NULL,
    CONSTRAINT pk_news_item PRIMARY KEY (id),
    CONSTRAINT uq_news_item_key UNIQUE ("key")
);
CREATE INDEX ix_news_item_author_id ON news_item (author_id);
CREATE INDEX ix_news_item_feed ON news_item (feed);
CREATE INDEX ix_news_item_found_at ON news_item (found_at);
CREATE INDEX ix_news_item_post_id ON news_item (post_id);
CREATE INDEX ix_news_item_proposed_by ON news_item (proposed_by);

CREATE TABLE news_subscription (
    user_id VARCHAR(26) NOT NULL,
    monthly BOOLEAN NOT NULL,
    weekday INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    less JSON DEFAULT '[]' NOT NULL,
    sent JSON DEFAULT '[]' NOT NULL,
    away_until DATE,
    sent_at DATETIME,
    begun_at DATETIME NOT NULL,
    CONSTRAINT pk_news_subscription PRIMARY KEY (user_id)
);

CREATE TABLE news_unquoted (
    user_id VARCHAR(26) NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_news_unquoted PRIMARY KEY (user_id)
);

CREATE TABLE outgoing (
    id VARCHAR(26) NOT NULL,
    "where" VARCHAR(16) NOT NULL,
    target VARCHAR(26) NOT NULL,
    content JSON NOT NULL,
    topic VARCHAR(64),
    created_at DATETIME NOT NULL,
    attempts INTEGER NOT NULL,
    not_before DATETIME,
    delivered_at DATETIME,
    post_id VARCHAR(26),
    fault VARCHAR(120),
    crowd BOOLEAN DEFAULT 0 NOT NULL,
    channel_id VARCHAR(26),
    tells VARCHAR(64),
    CONSTRAINT pk_outgoing PRIMARY KEY (id)
);
CREATE INDEX ix_outgoing_acts ON outgoing (target) WHERE "where" = 'act' AND not_before IS NOT NULL;
CREATE INDEX ix_outgoing_given_up ON outgoing (created_at) WHERE not_before IS NULL AND delivered_at IS NULL;
CREATE INDEX ix_outgoing_news ON outgoing (created_at) WHERE tells IS NOT NULL AND not_before IS NULL;
CREATE INDEX ix_outgoing_passing ON outgoing (delivered_at) WHERE delivered_at IS NOT NULL AND (topic IS NULL OR substr(topic, 1, 6) = 'draft:');
CREATE INDEX ix_outgoing_rewritten ON outgoing (target) WHERE "where" = 'post';
CREATE INDEX ix_outgoing_topic ON outgoing (topic) WHERE topic IS NOT NULL;
CREATE INDEX ix_outgoing_waiting ON outgoing (crowd, created_at, id, not_before) WHERE not_before IS NOT NULL;

CREATE TABLE person (
    id VARCHAR(26) NOT NULL,
    username VARCHAR(64) NOT NULL,
    role VARCHAR(16),
    structure VARCHAR(200),
    departements JSON NOT NULL,
    timezone VARCHAR(64) NOT NULL,
    since DATETIME NOT NULL,
    derived_role VARCHAR(16),
    derived_at DATETIME,
    prenom VARCHAR(80),
    nom VARCHAR(80),
    email VARCHAR(254),
    telephone VARCHAR(32),
    siret VARCHAR(14),
    code_commune VARCHAR(5),
    arrived_on DATE,
    left_on DATE,
    skills JSON DEFAULT '[]' NOT NULL,
    skill_words JSON DEFAULT '[]' NOT NULL,
    languages JSON DEFAULT '[]' NOT NULL,
    shown_to JSON DEFAULT '{}' NOT NULL,
    is_hidden BOOLEAN DEFAULT 0 NOT NULL,
    helps BOOLEAN DEFAULT 0 NOT NULL,
    CONSTRAINT pk_person PRIMARY KEY (id)
);
CREATE INDEX ix_person_username ON person (username);

CREATE TABLE person_erasure (
    user_id VARCHAR(26) NOT NULL,
    asked_at DATETIME NOT NULL,
    due_at DATETIME NOT NULL,
    cancelled_at DATETIME,
    done_at DATETIME,
    step INTEGER NOT NULL,
    pseudonym VARCHAR(26) NOT NULL,
    asleep BOOLEAN NOT NULL,
    CONSTRAINT pk_person_erasure PRIMARY KEY (user_id)
);
CREATE INDEX ix_person_erasure_due_at ON person_erasure (due_at);

CREATE TABLE place_wish (
    person_id VARCHAR(26) NOT NULL,
    departements JSON NOT NULL,
    at DATETIME NOT NULL,
    granted BOOLEAN,
    "by" VARCHAR(64) NOT NULL,
    CONSTRAINT pk_place_wish PRIMARY KEY (person_id)
);

CREATE TABLE poll (
    number INTEGER NOT NULL,
    "key" VARCHAR(26) NOT NULL,
    "by" VARCHAR(26) NOT NULL,
    question VARCHAR(150) NOT NULL,
    options JSON NOT NULL,
    several BOOLEAN NOT NULL,
    anonymous BOOLEAN NOT NULL,
    live BOOLEAN NOT NULL,
    targets JSON NOT NULL,
    channels JSON NOT NULL,
    rooms JSON NOT NULL,
    people INTEGER NOT NULL,
    public BOOLEAN NOT NULL,
    invited INTEGER,
    state VARCHAR(16) NOT NULL,
    written INTEGER NOT NULL,
    telling BOOLEAN NOT NULL,
    results JSON,
    created_at DATETIME NOT NULL,
    opened_at DATETIME,
    ends_at DATETIME NOT NULL,
    ended_at DATETIME,
    voted INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_poll PRIMARY KEY (number),
    CONSTRAINT uq_poll_key UNIQUE ("key")
);
CREATE INDEX ix_poll_state ON poll (state, ends_at);

CREATE TABLE poll_box (
    poll INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    CONSTRAINT pk_poll_box PRIMARY KEY (poll)
);

CREATE TABLE poll_crowd (
    poll INTEGER NOT NULL,
    people JSON NOT NULL,
    CONSTRAINT pk_poll_crowd PRIMARY KEY (poll)
);

CREATE TABLE poll_quiet (
    user_id VARCHAR(26) NOT NULL,
    CONSTRAINT pk_poll_quiet PRIMARY KEY (user_id)
);

CREATE TABLE poll_vote (
    poll INTEGER NOT NULL,
    user_id VARCHAR(26) NOT NULL,
    choices INTEGER NOT NULL,
    departement VARCHAR(3) NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_poll_vote PRIMARY KEY (poll, user_id)
);

CREATE TABLE poll_voter (
    poll INTEGER NOT NULL,
    user_id VARCHAR(26) NOT NULL,
    CONSTRAINT pk_poll_voter PRIMARY KEY (poll, user_id)
) WITHOUT ROWID;

CREATE TABLE quota_use (
    user_id VARCHAR(26) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    day DATE NOT NULL,
    used INTEGER NOT NULL,
    CONSTRAINT pk_quota_use PRIMARY KEY (user_id, kind, day)
);

CREATE TABLE read_cursor (
    name VARCHAR(80) NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_read_cursor PRIMARY KEY (name)
);

CREATE TABLE resource (
    id INTEGER NOT NULL,
    "key" VARCHAR(80) NOT NULL,
    source VARCHAR(120) NOT NULL,
    titre VARCHAR(200) NOT NULL,
    description TEXT NOT NULL,
    url VARCHAR(1000) NOT NULL,
    categorie VARCHAR(32) NOT NULL,
    themes INTEGER NOT NULL,
    type VARCHAR(32) NOT NULL,
    niveau VARCHAR(32) NOT NULL,
    public VARCHAR(32) NOT NULL,
    licence VARCHAR(80) NOT NULL,
    auteur VARCHAR(64) NOT NULL,
    auteur_id VARCHAR(26) NOT NULL,
    date DATE NOT NULL,
    state VARCHAR(16) NOT NULL,
    decided_by VARCHAR(26) NOT NULL,
    created_at DATETIME NOT NULL,
    changed_at DATETIME NOT NULL,
    revision INTEGER NOT NULL,
    reason VARCHAR(500) DEFAULT '' NOT NULL,
    deposited_by VARCHAR(26) DEFAULT '' NOT NULL,
    source_post VARCHAR(26) DEFAULT '' NOT NULL,
    ticket INTEGER,
    files JSON DEFAULT '{}' NOT NULL,
    post_id VARCHAR(26) DEFAULT '' NOT NULL,
    channel_id VARCHAR(26) DEFAULT '' NOT NULL,
    thread_post VARCHAR(26) DEFAULT '' NOT NULL,
    showing INTEGER DEFAULT '0' NOT NULL,
    question VARCHAR(500) DEFAULT '' NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    published_at DATETIME,
    review_on DATE,
    reviews INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_resource PRIMARY KEY (id),
    CONSTRAINT uq_resource_key UNIQUE ("key")
);
CREATE INDEX ix_resource_deposited_by ON resource (deposited_by);
CREATE INDEX ix_resource_post_id ON resource (post_id);
CREATE INDEX ix_resource_published_at ON resource (published_at);
CREATE INDEX ix_resource_review_on ON resource (review_on);
CREATE INDEX ix_resource_revision ON resource (revision);
CREATE INDEX ix_resource_source ON resource (source);
CREATE INDEX ix_resource_source_post ON resource (source_post);
CREATE INDEX ix_resource_thread_post ON resource (thread_post);
CREATE INDEX ix_resource_ticket ON resource (ticket);

CREATE TABLE resource_collected (
    collection INTEGER NOT NULL,
    resource INTEGER NOT NULL,
    place INTEGER NOT NULL,
    "by" VARCHAR(26) NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_resource_collected PRIMARY KEY (collection, resource)
);
CREATE INDEX ix_resource_collected_resource ON resource_collected (resource);

CREATE TABLE resource_collection (
    id INTEGER NOT NULL,
    "key" VARCHAR(80) NOT NULL,
    name VARCHAR(80) NOT NULL,
    about VARCHAR(300) NOT NULL,
    owner_id VARCHAR(26) NOT NULL,
    pinned BOOLEAN DEFAULT 0 NOT NULL,
    seed VARCHAR(16) DEFAULT '' NOT NULL,
    told VARCHAR(64) DEFAULT '' NOT NULL,
    removed_at DATETIME,
    created_at DATETIME NOT NULL,
    CONSTRAINT pk_resource_collection PRIMARY KEY (id),
    CONSTRAINT uq_resource_collection_key UNIQUE ("key")
);
CREATE INDEX ix_resource_collection_owner_id ON resource_collection (owner_id);

CREATE TABLE resource_comment (
    id INTEGER NOT NULL,
    resource INTEGER NOT NULL,
    user_id VARCHAR(26) NOT NULL,
    waits TEXT NOT NULL,
    post_id VARCHAR(26) NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_resource_comment PRIMARY KEY (id)
);
CREATE INDEX ix_resource_comment_post_id ON resource_comment (post_id);
CREATE INDEX ix_resource_comment_resource ON resource_comment (resource);

CREATE TABLE resource_link_check (
    resource INTEGER NOT NULL,
    url VARCHAR(1000) NOT NULL,
    checked_at DATETIME NOT NULL,
    fault VARCHAR(16) NOT NULL,
    failures INTEGER NOT NULL,
    failing_since DATE,
    told_at DATETIME,
    archive VARCHAR(1000) NOT NULL,
    quiet BOOLEAN DEFAULT 0 NOT NULL,
    CONSTRAINT pk_resource_link_check PRIMARY KEY (resource)
);
CREATE INDEX ix_resource_link_check_checked_at ON resource_link_check (checked_at);

CREATE TABLE resource_mark (
    resource INTEGER NOT NULL,
    user_id VARCHAR(26) NOT NULL,
    mark VARCHAR(16) NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_resource_mark PRIMARY KEY (resource, user_id, mark)
);
CREATE INDEX ix_resource_mark_user_id ON resource_mark (user_id);

CREATE TABLE resource_need (
    "key" VARCHAR(200) NOT NULL,
    user_id VARCHAR(26) NOT NULL,
    words VARCHAR(200) NOT NULL,
    about VARCHAR(500) NOT NULL,
    at DATETIME NOT NULL,
    resource INTEGER,
    closed_by VARCHAR(26) NOT NULL,
    closed_at DATETIME,
    CONSTRAINT pk_resource_need PRIMARY KEY ("key", user_id)
);
CREATE INDEX ix_resource_need_closed_at ON resource_need (closed_at);

CREATE TABLE resource_report (
    resource INTEGER NOT NULL,
    user_id VARCHAR(26) NOT NULL,
    why VARCHAR(16) NOT NULL,
    word VARCHAR(500) NOT NULL,
    at DATETIME NOT NULL,
    closed_by VARCHAR(26) NOT NULL,
    closed_at DATETIME,
    CONSTRAINT pk_resource_report PRIMARY KEY (resource, user_id)
);

CREATE TABLE resource_stamp (
    id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    CONSTRAINT pk_resource_stamp PRIMARY KEY (id)
);

CREATE TABLE resource_version (
    resource INTEGER NOT NULL,
    version INTEGER NOT NULL,
    "by" VARCHAR(26) NOT NULL,
    at DATETIME NOT NULL,
    "before" JSON NOT NULL,
    CONSTRAINT pk_resource_version PRIMARY KEY (resource, version)
);

CREATE TABLE stats_secret (
    id INTEGER NOT NULL,
    secret BLOB NOT NULL,
    CONSTRAINT pk_stats_secret PRIMARY KEY (id)
);

CREATE TABLE stats_subscription (
    person_id VARCHAR(26) NOT NULL,
    since DATETIME NOT NULL,
    sent DATE NOT NULL,
    CONSTRAINT pk_stats_subscription PRIMARY KEY (person_id),
    CONSTRAINT fk_stats_subscription_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE structure (
    siret VARCHAR(14) NOT NULL,
    nom VARCHAR(200) NOT NULL,
    code_commune VARCHAR(5),
    CONSTRAINT pk_structure PRIMARY KEY (siret)
);

CREATE TABLE theme_follow (
    user_id VARCHAR(26) NOT NULL,
    theme VARCHAR(32) NOT NULL,
    paused BOOLEAN DEFAULT 0 NOT NULL,
    at DATETIME NOT NULL,
    told_at DATETIME NOT NULL,
    CONSTRAINT pk_theme_follow PRIMARY KEY (user_id, theme)
);

CREATE TABLE ticket (
    id INTEGER NOT NULL,
    "key" VARCHAR(80) NOT NULL,
    queue VARCHAR(16) NOT NULL,
    category VARCHAR(16) NOT NULL,
    urgency VARCHAR(16) NOT NULL,
    subject VARCHAR(120) NOT NULL,
    details TEXT NOT NULL,
    words TEXT NOT NULL,
    context TEXT NOT NULL,
    commune VARCHAR(80) NOT NULL,
    files JSON NOT NULL,
    said_masked JSON NOT NULL,
    source_post VARCHAR(26) NOT NULL,
    source_channel VARCHAR(26) NOT NULL,
    author_id VARCHAR(26) NOT NULL,
    username VARCHAR(64) NOT NULL,
    departement VARCHAR(3) NOT NULL,
    agent_id VARCHAR(26) NOT NULL,
    state VARCHAR(16) NOT NULL,
    reason VARCHAR(16),
    solution TEXT NOT NULL,
    duplicate_of INTEGER,
    thread_post VARCHAR(26) NOT NULL,
    thread_channel VARCHAR(26) NOT NULL,
    opened_at DATETIME NOT NULL,
    first_answer_at DATETIME,
    resolved_at DATETIME,
    closed_at DATETIME,
    asked_at DATETIME,
    nudged INTEGER NOT NULL,
    late_said BOOLEAN DEFAULT 0 NOT NULL,
    warned_at DATETIME,
    rating INTEGER NOT NULL,
    rating_word VARCHAR(500) NOT NULL,
    rating_asked BOOLEAN DEFAULT 0 NOT NULL,
    incident INTEGER,
    version INTEGER NOT NULL,
    CONSTRAINT pk_ticket PRIMARY KEY (id),
    CONSTRAINT uq_ticket_key UNIQUE ("key")
);
CREATE INDEX ix_ticket_agent_id ON ticket (agent_id);
CREATE INDEX ix_ticket_author_id ON ticket (author_id);
CREATE INDEX ix_ticket_duplicate_of ON ticket (duplicate_of);
CREATE INDEX ix_ticket_incident ON ticket (incident);
CREATE INDEX ix_ticket_opened_at ON ticket (opened_at);
CREATE INDEX ix_ticket_source_post ON ticket (source_post);
CREATE INDEX ix_ticket_state_queue ON ticket (state, queue);
CREATE INDEX ix_ticket_thread_post ON ticket (thread_post);

CREATE TABLE ticket_card (
    ticket INTEGER NOT NULL,
    queue VARCHAR(16) NOT NULL,
    channel_id VARCHAR(26) NOT NULL,
    post_id VARCHAR(26) NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_ticket_card PRIMARY KEY (ticket, queue)
);
CREATE INDEX ix_ticket_card_post_id ON ticket_card (post_id);

CREATE TABLE ticket_incident (
    id INTEGER NOT NULL,
    queue VARCHAR(16) NOT NULL,
    subject VARCHAR(120) NOT NULL,
    "by" VARCHAR(26) NOT NULL,
    alike JSON NOT NULL,
    news TEXT NOT NULL,
    opened_at DATETIME NOT NULL,
    ended_at DATETIME,
    CONSTRAINT pk_ticket_incident PRIMARY KEY (id)
);

CREATE TABLE ticket_line (
    post_id VARCHAR(26) NOT NULL,
    ticket INTEGER NOT NULL,
    side VARCHAR(16) NOT NULL,
    "by" VARCHAR(26) NOT NULL,
    at DATETIME NOT NULL,
    twin VARCHAR(26) NOT NULL,
    twin_channel VARCHAR(26) NOT NULL,
    is_gone BOOLEAN DEFAULT 0 NOT NULL,
    waits TEXT,
    files JSON NOT NULL,
    later TEXT,
    is_kept BOOLEAN DEFAULT 0 NOT NULL,
    CONSTRAINT pk_ticket_line PRIMARY KEY (post_id)
);
CREATE INDEX ix_ticket_line_ticket ON ticket_line (ticket, side, at);
CREATE INDEX ix_ticket_line_twin ON ticket_line (twin);

CREATE TABLE ticket_move (
    id INTEGER NOT NULL,
    ticket INTEGER NOT NULL,
    at DATETIME NOT NULL,
    "by" VARCHAR(26) NOT NULL,
    move VARCHAR(16) NOT NULL,
    state VARCHAR(16) NOT NULL,
    note VARCHAR(300) NOT NULL,
    internal VARCHAR(300) DEFAULT '' NOT NULL,
    whom VARCHAR(26) DEFAULT '' NOT NULL,
    queue VARCHAR(16) DEFAULT '' NOT NULL,
    CONSTRAINT pk_ticket_move PRIMARY KEY (id)
);
CREATE INDEX ix_ticket_move_ticket ON ticket_move (ticket, id);

CREATE TABLE ticket_source (
    post_id VARCHAR(26) NOT NULL,
    channel_id VARCHAR(26) NOT NULL,
    root_id VARCHAR(26) NOT NULL,
    author_id VARCHAR(26) NOT NULL,
    asked_by VARCHAR(26) NOT NULL,
    text TEXT NOT NULL,
    context TEXT NOT NULL,
    files JSON NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_ticket_source PRIMARY KEY (post_id)
);

CREATE TABLE ticket_wish (
    "key" VARCHAR(80) NOT NULL,
    author_id VARCHAR(26) NOT NULL,
    username VARCHAR(64) NOT NULL,
    asked JSON NOT NULL,
    alike JSON NOT NULL,
    at DATETIME NOT NULL,
    answered INTEGER,
    queue VARCHAR(16) NOT NULL,
    fiches JSON DEFAULT '[]' NOT NULL,
    fiche INTEGER,
    CONSTRAINT pk_ticket_wish PRIMARY KEY ("key")
);
CREATE INDEX ix_ticket_wish_at ON ticket_wish (at);
CREATE INDEX ix_ticket_wish_author_id ON ticket_wish (author_id);

CREATE TABLE watched_member (
    place VARCHAR(26) NOT NULL,
    user_id VARCHAR(26) NOT NULL,
    is_in BOOLEAN NOT NULL,
    is_admin BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    changed_at DATETIME,
    changed_by VARCHAR(16),
    CONSTRAINT pk_watched_member PRIMARY KEY (place, user_id)
);
CREATE INDEX ix_watched_member_user_id ON watched_member (user_id);

CREATE TABLE watched_place (
    id VARCHAR(26) NOT NULL,
    since BIGINT NOT NULL,
    seen_at DATETIME NOT NULL,
    is_ready BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    changed_at BIGINT NOT NULL,
    name VARCHAR(64) NOT NULL,
    display_name VARCHAR(256) NOT NULL,
    is_private BOOLEAN NOT NULL,
    archived BOOLEAN NOT NULL,
    CONSTRAINT pk_watched_place PRIMARY KEY (id)
);

CREATE TABLE welcome (
    person_id VARCHAR(26) NOT NULL,
    username VARCHAR(64) NOT NULL,
    role VARCHAR(16) NOT NULL,
    at DATETIME NOT NULL,
    charter VARCHAR(16),
    charter_at DATETIME,
    reminded_at DATETIME,
    filed_at DATETIME,
    CONSTRAINT pk_welcome PRIMARY KEY (person_id)
);

CREATE TABLE work (
    id VARCHAR(26) NOT NULL,
    sort VARCHAR(16) NOT NULL,
    name VARCHAR(64) NOT NULL,
    data JSON NOT NULL,
    person VARCHAR(26) NOT NULL,
    state VARCHAR(16) NOT NULL,
    done INTEGER NOT NULL,
    total INTEGER,
    cursor JSON,
    topic VARCHAR(64),
    created_at DATETIME NOT NULL,
    started_at DATETIME,
    updated_at DATETIME NOT NULL,
    not_before DATETIME,
    owner VARCHAR(26),
    attempts INTEGER NOT NULL,
    error VARCHAR(120),
    CONSTRAINT pk_work PRIMARY KEY (id)
);
CREATE INDEX ix_work_over ON work (updated_at) WHERE not_before IS NULL;
CREATE INDEX ix_work_waiting ON work (sort, person, created_at, not_before, topic, id) WHERE not_before IS NOT NULL;
