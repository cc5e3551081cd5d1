BEGIN TRANSACTION;
CREATE TABLE agenda_attendance (
	event INTEGER NOT NULL,
	user_id VARCHAR(26) NOT NULL,
	at DATETIME NOT NULL,
	seen VARCHAR(20) NOT NULL,
	day_told BOOLEAN NOT NULL,
	hour_told BOOLEAN NOT NULL,
	CONSTRAINT pk_agenda_attendance PRIMARY KEY (event, user_id)
);
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
INSERT INTO "agenda_event" VALUES(1,'Atelier-64858f37','Pour débuter.
On apporte son ordi.','2026-12-07 13:00:00.000000','2026-12-07 14:00:00.000000','Europe/Paris','Médiathèque','https://visio.exemple.fr/pix','','6j8xr4oajpjqw5p4h4djzgrgem','2026-11-29 08:00:18.804750','published','8cmhz1jroztigz3tejs1bk8q9f','','2026-11-29 08:00:19.240647','2026-11-29 08:00:19.240647',1,'p2b45f39322276634d9','2026-11-29 08:00:19.240647');
CREATE TABLE agenda_feed (
	user_id VARCHAR(26) NOT NULL,
	token_hash VARCHAR(64) NOT NULL,
	created_at DATETIME NOT NULL,
	CONSTRAINT pk_agenda_feed PRIMARY KEY (user_id),
	CONSTRAINT uq_agenda_feed_token_hash UNIQUE (token_hash)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0036');
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
	created_at DATETIME NOT NULL, files JSON DEFAULT '{}' NOT NULL,
	CONSTRAINT pk_announcement PRIMARY KEY (id)
);
INSERT INTO "announcement" VALUES('685c6cdab4d6f554a40404b335','f85ckgg7awird59a4p6oxy6y6h','Rencontre-9033f234

**Jeudi** @all','["69", "38"]','{"tg49oyoi9nyfi4c3rzb7hxd9r1": "69 - Rh\u00f4ne", "x6f5rtfy6zajciqphp7gowrwit": "38 - Is\u00e8re"}','[]',0,NULL,'sent',2,NULL,0,'2026-11-28 10:15:19.602387','{}');
CREATE TABLE arrival (
	person_id VARCHAR(26) NOT NULL,
	at DATETIME NOT NULL,
	CONSTRAINT pk_arrival PRIMARY KEY (person_id)
);
INSERT INTO "arrival" VALUES('arzjychf9p91sx5kyombfqyqo6','2026-11-28 10:15:28.259143');
INSERT INTO "arrival" VALUES('srppcq8shmnzjzjnngs6jamqdb','2026-11-28 10:15:28.401873');
INSERT INTO "arrival" VALUES('6zoizqutpxwcnb65wi9fys1jpd','2026-11-28 10:15:29.170497');
INSERT INTO "arrival" VALUES('m4ffjzuiuxz6nfnpmhe3noohfx','2026-11-28 10:15:29.284725');
INSERT INTO "arrival" VALUES('tfxdcrbgia3dq1im4wxxadxykt','2026-11-28 10:15:30.226018');
INSERT INTO "arrival" VALUES('4ynpbs8qtrke43h8supow115io','2026-11-28 10:15:30.692026');
INSERT INTO "arrival" VALUES('9ehooaa5c7r7c7jncjqxxxejfk','2026-11-28 10:15:30.824523');
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
CREATE TABLE channel (
	"key" VARCHAR(64) NOT NULL,
	channel_id VARCHAR(26) NOT NULL,
	at DATETIME NOT NULL,
	CONSTRAINT pk_channel PRIMARY KEY ("key"),
	CONSTRAINT uq_channel_channel_id UNIQUE (channel_id)
);
INSERT INTO "channel" VALUES('hotline-espace-coop','wzh1p9y65xyo5btfqjsj7r9i3u','2026-11-28 10:15:09.898164');
INSERT INTO "channel" VALUES('hotline-metier','mzd1iq4gtpet9x8sqa64zdp6n9','2026-11-28 10:15:10.518788');
INSERT INTO "channel" VALUES('ressourcerie','two4c13pwn5nq8pja1o4ne1dqz','2026-11-28 10:15:27.164396');
INSERT INTO "channel" VALUES('moderation','47dina1a4ubgp6pnzcr3kr3x4o','2026-11-28 10:15:27.163013');
CREATE TABLE channel_allowance (
	"key" VARCHAR(64) NOT NULL,
	user_id VARCHAR(26) NOT NULL,
	is_in BOOLEAN NOT NULL,
	reason VARCHAR(200) NOT NULL,
	"by" VARCHAR(26) NOT NULL,
	at DATETIME NOT NULL, leads BOOLEAN,
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
INSERT INTO "channel_amendment" VALUES('libre:journal-fb7447e9','Journal-fb7447e9','','Pour essayer, 10.','Bienvenue !','','','2026-11-28 10:15:33.040646');
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
INSERT INTO "channel_change" VALUES('3063a2e570e4ad3bec8f8714f8',1,'absent','libre:journal-fb7447e9','journal-fb7447e9','u9sii4ipctjfzrwgu5e4ckxmn3','','','créé à la main','','','done',1,'');
INSERT INTO "channel_change" VALUES('e1d5b8fdd0bfbc359b3501e58d',1,'purpose','libre:journal-fb7447e9','journal-fb7447e9','u9sii4ipctjfzrwgu5e4ckxmn3','','','écrit à la main','Parler de ce qui se répare.','Pour essayer, 0.','done',1,'');
INSERT INTO "channel_change" VALUES('3db363675933500f9c20297b4a',1,'purpose','libre:journal-fb7447e9','journal-fb7447e9','u9sii4ipctjfzrwgu5e4ckxmn3','','','écrit à la main','Pour essayer, 0.','Pour essayer, 1.','dropped',1,'autre chose a été décidé depuis');
INSERT INTO "channel_change" VALUES('d716117943704d97c3f2ca0c7e',1,'purpose','libre:journal-fb7447e9','journal-fb7447e9','u9sii4ipctjfzrwgu5e4ckxmn3','','','écrit à la main','Pour essayer, 1.','Pour essayer, 2.','dropped',1,'autre chose a été décidé depuis');
INSERT INTO "channel_change" VALUES('61bd8209e71b9fa4d21c651b80',1,'purpose','libre:journal-fb7447e9','journal-fb7447e9','u9sii4ipctjfzrwgu5e4ckxmn3','','','écrit à la main','Pour essayer, 2.','Pour essayer, 3.','dropped',1,'autre chose a été décidé depuis');
INSERT INTO "channel_change" VALUES('c8fc3b8216b6d08899baa80059',1,'purpose','libre:journal-fb7447e9','journal-fb7447e9','u9sii4ipctjfzrwgu5e4ckxmn3','','','écrit à la main','Pour essayer, 3.','Pour essayer, 4.','dropped',1,'autre chose a été décidé depuis');
INSERT INTO "channel_change" VALUES('b8520adf94af4c3f1d34110b1a',1,'purpose','libre:journal-fb7447e9','journal-fb7447e9','u9sii4ipctjfzrwgu5e4ckxmn3','','','écrit à la main','Pour essayer, 4.','Pour essayer, 5.','dropped',1,'autre chose a été décidé depuis');
INSERT INTO "channel_change" VALUES('442cce857ce25533db0fd841c2',1,'purpose','libre:journal-fb7447e9','journal-fb7447e9','u9sii4ipctjfzrwgu5e4ckxmn3','','','écrit à la main','Pour essayer, 5.','Pour essayer, 6.','dropped',1,'autre chose a été décidé depuis');
INSERT INTO "channel_change" VALUES('6fa6cc35b10d4ff96978076042',1,'purpose','libre:journal-fb7447e9','journal-fb7447e9','u9sii4ipctjfzrwgu5e4ckxmn3','','','écrit à la main','Pour essayer, 6.','Pour essayer, 7.','dropped',1,'autre chose a été décidé depuis');
INSERT INTO "channel_change" VALUES('31f8c39f532859ae6c9c460621',1,'purpose','libre:journal-fb7447e9','journal-fb7447e9','u9sii4ipctjfzrwgu5e4ckxmn3','','','écrit à la main','Pour essayer, 7.','Pour essayer, 8.','dropped',1,'autre chose a été décidé depuis');
INSERT INTO "channel_change" VALUES('252ace3352145761a6aa2eae17',1,'purpose','libre:journal-fb7447e9','journal-fb7447e9','u9sii4ipctjfzrwgu5e4ckxmn3','','','écrit à la main','Pour essayer, 8.','Pour essayer, 9.','dropped',1,'autre chose a été décidé depuis');
INSERT INTO "channel_change" VALUES('0bf4b194942fb57d2a950a6e9d',1,'purpose','libre:journal-fb7447e9','journal-fb7447e9','u9sii4ipctjfzrwgu5e4ckxmn3','','','écrit à la main','Pour essayer, 9.','Pour essayer, 10.','done',1,'');
CREATE TABLE channel_run (
	id VARCHAR(26) NOT NULL,
	kind VARCHAR(16) NOT NULL,
	scope VARCHAR(64) NOT NULL,
	"by" VARCHAR(26) NOT NULL,
	at DATETIME NOT NULL,
	stage VARCHAR(16) NOT NULL,
	CONSTRAINT pk_channel_run PRIMARY KEY (id)
);
INSERT INTO "channel_run" VALUES('3063a2e570e4ad3bec8f8714f8','hand','libre:journal-fb7447e9','c3afwhr5sfhef1axig9occdbdj','2026-11-28 10:15:32.004877','mended');
INSERT INTO "channel_run" VALUES('e1d5b8fdd0bfbc359b3501e58d','hand','libre:journal-fb7447e9','c3afwhr5sfhef1axig9occdbdj','2026-11-28 10:15:32.351275','mended');
INSERT INTO "channel_run" VALUES('3db363675933500f9c20297b4a','hand','libre:journal-fb7447e9','c3afwhr5sfhef1axig9occdbdj','2026-11-28 10:15:32.391735','mended');
INSERT INTO "channel_run" VALUES('d716117943704d97c3f2ca0c7e','hand','libre:journal-fb7447e9','c3afwhr5sfhef1axig9occdbdj','2026-11-28 10:15:32.431082','mended');
INSERT INTO "channel_run" VALUES('61bd8209e71b9fa4d21c651b80','hand','libre:journal-fb7447e9','c3afwhr5sfhef1axig9occdbdj','2026-11-28 10:15:32.471139','mended');
INSERT INTO "channel_run" VALUES('c8fc3b8216b6d08899baa80059','hand','libre:journal-fb7447e9','c3afwhr5sfhef1axig9occdbdj','2026-11-28 10:15:32.514518','mended');
INSERT INTO "channel_run" VALUES('b8520adf94af4c3f1d34110b1a','hand','libre:journal-fb7447e9','c3afwhr5sfhef1axig9occdbdj','2026-11-28 10:15:32.564752','mended');
INSERT INTO "channel_run" VALUES('442cce857ce25533db0fd841c2','hand','libre:journal-fb7447e9','c3afwhr5sfhef1axig9occdbdj','2026-11-28 10:15:32.612424','mended');
INSERT INTO "channel_run" VALUES('6fa6cc35b10d4ff96978076042','hand','libre:journal-fb7447e9','c3afwhr5sfhef1axig9occdbdj','2026-11-28 10:15:32.656145','mended');
INSERT INTO "channel_run" VALUES('31f8c39f532859ae6c9c460621','hand','libre:journal-fb7447e9','c3afwhr5sfhef1axig9occdbdj','2026-11-28 10:15:32.687054','mended');
INSERT INTO "channel_run" VALUES('252ace3352145761a6aa2eae17','hand','libre:journal-fb7447e9','c3afwhr5sfhef1axig9occdbdj','2026-11-28 10:15:32.721781','mended');
INSERT INTO "channel_run" VALUES('0bf4b194942fb57d2a950a6e9d','hand','libre:journal-fb7447e9','c3afwhr5sfhef1axig9occdbdj','2026-11-28 10:15:32.757670','mended');
CREATE TABLE claim (
	scope VARCHAR(80) NOT NULL,
	period VARCHAR(80) NOT NULL,
	at DATETIME NOT NULL,
	CONSTRAINT pk_claim PRIMARY KEY (scope, period)
);
INSERT INTO "claim" VALUES('actus.name_links','2026-11-28T11:07:00','2026-11-28 10:15:08.970664');
INSERT INTO "claim" VALUES('canaux.leave_old_channels','2026-11-28T05:00:00','2026-11-28 10:15:08.722981');
INSERT INTO "claim" VALUES('annuaire.forget_requests','2026-11-28T04:20:00','2026-11-28 10:15:08.724001');
INSERT INTO "claim" VALUES('actus.keep','2026-11-28T11:15:00','2026-11-28 10:15:08.724221');
INSERT INTO "claim" VALUES('actus.numbers','','2026-11-28 10:15:26.886614');
INSERT INTO "claim" VALUES('agenda.catch_up','2026-11-28T10:20:00','2026-11-28 10:15:08.724647');
INSERT INTO "claim" VALUES('agenda.tell','2026-11-28T11:15:00','2026-11-28 10:15:08.724764');
INSERT INTO "claim" VALUES('regles.find_old','2026-11-28T11:15:00','2026-11-28 10:15:08.725624');
INSERT INTO "claim" VALUES('donnees.erase_due','2026-11-28T11:15:00','2026-11-28 10:15:08.725719');
INSERT INTO "claim" VALUES('garde.hand_over','2026-11-28T11:05:00','2026-11-28 10:15:08.725915');
INSERT INTO "claim" VALUES('garde.forget','2026-11-28T04:25:00','2026-11-28 10:15:08.726105');
INSERT INTO "claim" VALUES('menage.tidy','2026-11-28T04:10:00','2026-11-28 10:15:08.726244');
INSERT INTO "claim" VALUES('canaux.look_for_namesakes','2026-11-28T11:07:00','2026-11-28 10:15:08.903000');
INSERT INTO "claim" VALUES('canaux.watch_over','2026-11-28T05:20:00','2026-11-28 10:15:08.911174');
INSERT INTO "claim" VALUES('actus.gather','2026-11-28T08:37:00','2026-11-28 10:15:08.924817');
INSERT INTO "claim" VALUES('sondage.remind_due','2026-11-28T11:15:00@Europe/Paris','2026-11-28 10:15:08.971797');
INSERT INTO "claim" VALUES('actus.hourly','2026-11-28T10:17:00','2026-11-28 10:15:08.974150');
INSERT INTO "claim" VALUES('actus.tell','2026-11-28T11:00:00@Europe/Paris','2026-11-28 10:15:08.995083');
INSERT INTO "claim" VALUES('garde.announce','2026-11-28T08:20:00','2026-11-28 10:15:08.999037');
INSERT INTO "claim" VALUES('stats.monthly','2026-11-28T08:00:00@Europe/Paris','2026-11-28 10:15:08.877803');
INSERT INTO "claim" VALUES('donnees.look_for_sleepers','2026-11-28T05:15:00','2026-11-28 10:15:09.341262');
INSERT INTO "claim" VALUES('hotline.outage','espace-coop','2026-11-28 10:15:36.106118');
INSERT INTO "claim" VALUES('hotline.agent_wrote.Posted','tehb4wpcxp85b4z986w7orbkpr','2026-11-28 10:15:11.653383');
INSERT INTO "claim" VALUES('aide.written_to.DirectMessage','o8qini1bxf9m5reaqqg4u97m9i','2026-11-28 10:15:11.663442');
INSERT INTO "claim" VALUES('hotline.author_wrote.DirectMessage','o8qini1bxf9m5reaqqg4u97m9i','2026-11-28 10:15:11.662915');
INSERT INTO "claim" VALUES('ressources.tell_news','essai-0','2026-11-30 08:00:00.003699');
INSERT INTO "claim" VALUES('ressources.tell_news','essai-1','2026-12-07 08:00:00.008683');
INSERT INTO "claim" VALUES('ressources.tell_news','essai-2','2026-12-14 08:00:00.008093');
INSERT INTO "claim" VALUES('sondage.end_due','fin 1','2026-12-05 10:15:15.636932');
INSERT INTO "claim" VALUES('sondage.end_due','fin 2','2026-12-05 10:15:17.667716');
INSERT INTO "claim" VALUES('submission','O2ncok9Dls7E2IX-iDGHJQ','2026-11-29 08:00:18.804750');
INSERT INTO "claim" VALUES('canaux.put_back.LeftChannel','c519c04ec937a046707625cb4a6f344dbc760e98','2026-11-28 10:15:25.249900');
INSERT INTO "claim" VALUES('moderation.came_again.JoinedChannel','922bfa609bf76b9b9195967f0b0032117a57d4c6','2026-11-28 10:15:26.909438');
INSERT INTO "claim" VALUES('canaux.put_back.LeftChannel','a0dee316c6265b3e5c29fb75fa88cd626c13972f','2026-11-28 10:15:26.934884');
INSERT INTO "claim" VALUES('moderation.came_again.JoinedChannel','9ce6629128a4743dc06cf7497376767d38b1a331','2026-11-28 10:15:26.030683');
INSERT INTO "claim" VALUES('moderation.case','ko4r4c1zegp8h4qraj8qaff55t','2026-11-28 10:15:27.747255');
INSERT INTO "claim" VALUES('garde','tours','2026-11-30 09:00:00.059688');
INSERT INTO "claim" VALUES('canaux.put_back.LeftChannel','e1058cc690e142565cd66131661208e050a6afd3','2026-11-28 10:15:31.171966');
INSERT INTO "claim" VALUES('submission','fupxnQ0NxUoLbezbcYK2-g','2026-11-28 10:15:36.829578');
INSERT INTO "claim" VALUES('regles.joined.JoinedTeam','e0ed1ede63617fc3b9ec6b2c6ef3b77ba24437da','2026-11-30 09:00:00.233003');
INSERT INTO "claim" VALUES('membres.arrive.JoinedTeam','e0ed1ede63617fc3b9ec6b2c6ef3b77ba24437da','2026-11-30 09:00:00.223450');
INSERT INTO "claim" VALUES('canaux.bring_in.JoinedTeam','e0ed1ede63617fc3b9ec6b2c6ef3b77ba24437da','2026-11-30 09:00:00.243507');
INSERT INTO "claim" VALUES('regles.joined.JoinedTeam','d27c578852ecc552dd34c4bf26d1320d545ee137','2026-11-30 09:00:00.196313');
INSERT INTO "claim" VALUES('canaux.bring_in.JoinedTeam','d27c578852ecc552dd34c4bf26d1320d545ee137','2026-11-30 09:00:00.187846');
INSERT INTO "claim" VALUES('membres.arrive.JoinedTeam','d27c578852ecc552dd34c4bf26d1320d545ee137','2026-11-30 09:00:00.189190');
INSERT INTO "claim" VALUES('regles.joined.JoinedTeam','e22ccad52946b48d79e4b976912921f366072f87','2026-11-30 09:00:00.219947');
INSERT INTO "claim" VALUES('membres.arrive.JoinedTeam','e22ccad52946b48d79e4b976912921f366072f87','2026-11-30 09:00:00.221472');
INSERT INTO "claim" VALUES('canaux.bring_in.JoinedTeam','e22ccad52946b48d79e4b976912921f366072f87','2026-11-30 09:00:00.220990');
INSERT INTO "claim" VALUES('canaux.tell_of_intruder.JoinedChannel','7b8457b0321f57f5a83272c58356937a6da1aef6','2026-12-05 08:00:00.102727');
INSERT INTO "claim" VALUES('canaux.tell_of_intruder.JoinedChannel','2f01458c513b14e3eabd94ad6e0203c77580ddcc','2026-12-05 08:00:00.112716');
INSERT INTO "claim" VALUES('canaux.tell_of_intruder.JoinedChannel','d7805cbad8ae65184db09f5dbabad196cf6cee63','2026-12-05 08:00:00.160228');
INSERT INTO "claim" VALUES('submission','Z-HqQxgDn_sfhQcO5NrBkw','2026-11-30 09:00:00.161017');
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
INSERT INTO "contact" VALUES(1,'banqueqozhlpiehb|guy martin|69','Guy Martin','Banqueqozhlpiehb','','','+33472000000','https://www.exemple.fr','69','refused','tgnnxs83a9jfz33micfqwc8zcq','dphk4r5h557hex1p14tqgic373','2026-11-28 10:15:21.333436');
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
INSERT INTO "cra" VALUES(1,'wnuwmkftctgwciq5q7t3axwb9f','Maison de quartier','69','2026-11-28','rattachement','69256','69120','69','collectif',9,NULL,0,0,0,0,9,0,0,0,9,0,0,0,0,6,120,'dialog','eE4oBDl0LEXL0tKGDglGmQ',2,'2026-11-28 10:15:36.481337','2026-11-28 10:15:36.532972',NULL);
INSERT INTO "cra" VALUES(2,'sptm5t1q4boto7p9bdmuj8s4yi','Maison de quartier','69','2026-11-28','rattachement','69256','69120','69','collectif',8,NULL,3,0,0,0,5,3,0,0,5,0,0,0,0,6,90,'dialog','7HCoj-oYkGuNTZnVNv9Ofw',2,'2026-11-28 10:15:36.740535','2026-11-28 10:15:36.829578',NULL);
INSERT INTO "cra" VALUES(3,'e8kpca684yp7pr8kfy8n9uc8hm','Maison de quartier','69','2026-11-28','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','-FNTbSUcQJP-JXKMtZ_BQQ',3,'2026-11-28 10:15:37.027937','2026-11-28 10:15:37.064306',NULL);
INSERT INTO "cra" VALUES(4,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-28','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','jyDTlUUieQMWuX60A6WLbg',1,'2026-11-28 10:15:37.123759','2026-11-28 10:15:37.123759',NULL);
INSERT INTO "cra" VALUES(5,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-28','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','hUQJd1YxJh9WvezK5q6A6Q',1,'2026-11-28 10:15:37.183560','2026-11-28 10:15:37.183560',NULL);
INSERT INTO "cra" VALUES(6,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-28','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','izL1ZhTG0B2YQA2uYpGWkA',1,'2026-11-28 10:15:37.216990','2026-11-28 10:15:37.216990',NULL);
INSERT INTO "cra" VALUES(7,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-27','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','sHefXX_wa7dYuHhkGSXO-w',1,'2026-11-28 10:15:37.236701','2026-11-28 10:15:37.236701',NULL);
INSERT INTO "cra" VALUES(8,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-27','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','d1xwuD048sHCnE3Bcn-CTA',1,'2026-11-28 10:15:37.298622','2026-11-28 10:15:37.298622',NULL);
INSERT INTO "cra" VALUES(9,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-27','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','Lbj4tm-wO6qNJQOKbW-z5w',1,'2026-11-28 10:15:37.370114','2026-11-28 10:15:37.370114',NULL);
INSERT INTO "cra" VALUES(10,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-26','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','AdI-1w9d40mF2UWBtx_2Rg',1,'2026-11-28 10:15:37.432363','2026-11-28 10:15:37.432363',NULL);
INSERT INTO "cra" VALUES(11,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-26','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','rTKR9VVuOUJleeKqznWifg',1,'2026-11-28 10:15:37.480208','2026-11-28 10:15:37.480208',NULL);
INSERT INTO "cra" VALUES(12,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-26','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','wo47qFFYaAr_OgFeiiRCmQ',1,'2026-11-28 10:15:37.516404','2026-11-28 10:15:37.516404',NULL);
INSERT INTO "cra" VALUES(13,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-25','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','JdAC20OOzdQBEGdzEBbHLg',1,'2026-11-28 10:15:37.558800','2026-11-28 10:15:37.558800',NULL);
INSERT INTO "cra" VALUES(14,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-25','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','fYOBFkLFx-YlXQczIyWoAQ',1,'2026-11-28 10:15:37.594479','2026-11-28 10:15:37.594479',NULL);
INSERT INTO "cra" VALUES(15,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-25','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','SRKc7DP5xTGy7DkIWao1HA',1,'2026-11-28 10:15:37.652627','2026-11-28 10:15:37.652627',NULL);
INSERT INTO "cra" VALUES(16,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-24','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','AVRZAoCKFisICBebW2MRUA',1,'2026-11-28 10:15:37.710710','2026-11-28 10:15:37.710710',NULL);
INSERT INTO "cra" VALUES(17,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-24','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','jYAAxUxr55Pd5xWVknsTlQ',1,'2026-11-28 10:15:37.776631','2026-11-28 10:15:37.776631',NULL);
INSERT INTO "cra" VALUES(18,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-24','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','4VltGSrPVEx3hpRfP6ga0A',1,'2026-11-28 10:15:37.816659','2026-11-28 10:15:37.816659',NULL);
INSERT INTO "cra" VALUES(19,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-23','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','OZLLn9eCDVGWyO_ezvnj1A',1,'2026-11-28 10:15:37.857217','2026-11-28 10:15:37.857217',NULL);
INSERT INTO "cra" VALUES(20,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-23','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','KwJ3jD-zf5KPAS_GSMvhkw',1,'2026-11-28 10:15:37.896469','2026-11-28 10:15:37.896469',NULL);
INSERT INTO "cra" VALUES(21,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-23','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','ThTP8OE9rgJmJ3uM-dMsfg',1,'2026-11-28 10:15:38.008507','2026-11-28 10:15:38.008507',NULL);
INSERT INTO "cra" VALUES(22,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-22','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','sZ5_n9JZvd3LTTAGAjbWvA',1,'2026-11-28 10:15:38.061029','2026-11-28 10:15:38.061029',NULL);
INSERT INTO "cra" VALUES(23,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-22','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','aMH7qIgvYvL186ZvlWSZ-Q',1,'2026-11-28 10:15:38.101087','2026-11-28 10:15:38.101087',NULL);
INSERT INTO "cra" VALUES(24,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-22','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','LBnuT4VtZyfjWCJGXOAIOA',1,'2026-11-28 10:15:38.144891','2026-11-28 10:15:38.144891',NULL);
INSERT INTO "cra" VALUES(25,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-21','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','dt0zKkBBzRq8hiwRZXDwFQ',1,'2026-11-28 10:15:38.204521','2026-11-28 10:15:38.204521',NULL);
INSERT INTO "cra" VALUES(26,'73mwre1joxh6ij7uedp3bd9hra','Maison de quartier','69','2026-11-21','rattachement','69256','69120','69','collectif',8,NULL,0,0,0,0,8,0,0,0,8,0,0,0,0,6,90,'dialog','2enIgE5bqvN77jWNRHU_dg',1,'2026-11-28 10:15:38.276474','2026-11-28 10:15:38.276474',NULL);
CREATE TABLE cra_last_commune (
	author_id VARCHAR(26) NOT NULL,
	commune VARCHAR(5) NOT NULL,
	code_postal VARCHAR(5) NOT NULL,
	CONSTRAINT pk_cra_last_commune PRIMARY KEY (author_id),
	CONSTRAINT fk_cra_last_commune_author_id FOREIGN KEY(author_id) REFERENCES person (id)
);
INSERT INTO "cra_last_commune" VALUES('h58fgb5x1zd44jbw819qdhyfwy','69256','69120');
INSERT INTO "cra_last_commune" VALUES('fx4x4tc7iqt3opoocxoddtpyau','69256','69120');
INSERT INTO "cra_last_commune" VALUES('5pqpu1z4gifrzndb1cz1p6hqzb','69256','69120');
INSERT INTO "cra_last_commune" VALUES('rrb6nx74ywim7ten4kgtpjdse6','69256','69120');
INSERT INTO "cra_last_commune" VALUES('fpo56uheyouawfzgpa4asrkshx','69256','69120');
INSERT INTO "cra_last_commune" VALUES('fcxmo4k4zbjr9w9zeks9cx9k5f','69256','69120');
INSERT INTO "cra_last_commune" VALUES('n58ycnmxd7p9hnncycx5n71y5o','69256','69120');
INSERT INTO "cra_last_commune" VALUES('apbh54kmejiaaobe8h6gpb1beb','69256','69120');
INSERT INTO "cra_last_commune" VALUES('jgon19jt4bu9e8yhb4m5mpabyx','69256','69120');
INSERT INTO "cra_last_commune" VALUES('4tow8zoakhfbi34fjbiu1a4554','69256','69120');
INSERT INTO "cra_last_commune" VALUES('67s55hbqc44w8qxwygykz5t65w','69256','69120');
INSERT INTO "cra_last_commune" VALUES('3pwfpgptqp8atz7qu18camcct7','69256','69120');
INSERT INTO "cra_last_commune" VALUES('yopxwzuepdx4mqga35xtd916sq','69256','69120');
INSERT INTO "cra_last_commune" VALUES('3hcyxsy5pg3cd4egbdk6afbah7','69256','69120');
INSERT INTO "cra_last_commune" VALUES('85w3hzh95z8zz7guzwcbkyxazj','69256','69120');
INSERT INTO "cra_last_commune" VALUES('6umj66utii51jo5ku593ojx4qb','69256','69120');
INSERT INTO "cra_last_commune" VALUES('6j8xr4oajpjqw5p4h4djzgrgem','69256','69120');
INSERT INTO "cra_last_commune" VALUES('fpyhdtpbso9jaiuxgdm41pw54u','69256','69120');
INSERT INTO "cra_last_commune" VALUES('p6njr7sog1rj1oqyxdtcu6rcit','69256','69120');
INSERT INTO "cra_last_commune" VALUES('tgnnxs83a9jfz33micfqwc8zcq','69256','69120');
INSERT INTO "cra_last_commune" VALUES('bfhpxuq4w15ere6s6oa5xg15yb','69256','69120');
INSERT INTO "cra_last_commune" VALUES('gcqfcxya767tgffyrxw58gj4f8','69256','69120');
INSERT INTO "cra_last_commune" VALUES('n3wydmym3yz8n1h3a8yg4tcncx','69256','69120');
INSERT INTO "cra_last_commune" VALUES('3yfqhsgxandugrqkiropkwrjs4','69256','69120');
INSERT INTO "cra_last_commune" VALUES('m5jtjxg5b5xj1oihkg6hjinuzf','69256','69120');
INSERT INTO "cra_last_commune" VALUES('6eq46hcupqpbd4o8aznud4bhkh','69256','69120');
INSERT INTO "cra_last_commune" VALUES('487jtru84ej37ui7nde6889i96','69256','69120');
INSERT INTO "cra_last_commune" VALUES('mxbc1ipzuxmymnr9jmzykzkcao','69256','69120');
INSERT INTO "cra_last_commune" VALUES('ko6wnpyun6fju3sadkokn8r7a5','69256','69120');
INSERT INTO "cra_last_commune" VALUES('j65jcb88r6c7ntztr53bw6jmus','69256','69120');
INSERT INTO "cra_last_commune" VALUES('jfpa59ypumd4mx5kztr35us746','69256','69120');
INSERT INTO "cra_last_commune" VALUES('gw6a9orw5dbb4xnepbpa7z9zww','69256','69120');
INSERT INTO "cra_last_commune" VALUES('kd5yaw93rpfijobiqaoxqz86sr','69256','69120');
INSERT INTO "cra_last_commune" VALUES('dffzr9d9psqb8fnga4grnbd8yb','69256','69120');
INSERT INTO "cra_last_commune" VALUES('tms6pcje18ddkdu8jkfahofeny','69256','69120');
INSERT INTO "cra_last_commune" VALUES('enuah6mfiy8k3351i87tom1xma','69256','69120');
INSERT INTO "cra_last_commune" VALUES('wnuwmkftctgwciq5q7t3axwb9f','69256','69120');
INSERT INTO "cra_last_commune" VALUES('sptm5t1q4boto7p9bdmuj8s4yi','69256','69120');
INSERT INTO "cra_last_commune" VALUES('e8kpca684yp7pr8kfy8n9uc8hm','69256','69120');
INSERT INTO "cra_last_commune" VALUES('73mwre1joxh6ij7uedp3bd9hra','69256','69120');
INSERT INTO "cra_last_commune" VALUES('jczmafbgtscojkpdd3hrnxbhas','69256','69120');
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
)
 WITHOUT ROWID

;
INSERT INTO "cra_month" VALUES('73mwre1joxh6ij7uedp3bd9hra','2026-11-01','69',23,23,184,0,0,0,2070,0,0,23,0,0,0,0,0,23,0,0,0,0,0,184,0,0,0,184,0,0,0,0,0,23,23,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0);
INSERT INTO "cra_month" VALUES('e8kpca684yp7pr8kfy8n9uc8hm','2026-11-01','69',1,1,8,0,0,0,90,0,0,1,0,0,0,0,0,1,0,0,0,0,0,8,0,0,0,8,0,0,0,0,0,1,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0);
INSERT INTO "cra_month" VALUES('sptm5t1q4boto7p9bdmuj8s4yi','2026-11-01','69',1,1,8,0,0,0,90,0,0,1,0,0,0,0,0,1,0,3,0,0,0,5,3,0,0,5,0,0,0,0,0,1,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0);
INSERT INTO "cra_month" VALUES('wnuwmkftctgwciq5q7t3axwb9f','2026-11-01','69',1,1,9,0,0,0,120,0,0,1,0,0,0,0,0,0,1,0,0,0,0,9,0,0,0,9,0,0,0,0,0,1,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0);
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
INSERT INTO "digest" VALUES(1,'vendredi','2030-01-01','2030-01-01','2026-11-28 10:15:26.886614','published','2026-11-28 10:15:26.886614','2026-11-28 10:15:26.886614','','',1,'',NULL,'2026-11-28 10:15:26.886614','','{}',0,0,'',0,0,'2026-11-28 10:15:26.886614');
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
INSERT INTO "digest_entry" VALUES(1,1,1,'une',0,'À voir','','https://exemple.fr/page-17ceb97e','',0,'');
CREATE TABLE draft (
	"key" VARCHAR(80) NOT NULL,
	user_id VARCHAR(26) NOT NULL,
	form VARCHAR(80) NOT NULL,
	raw JSON NOT NULL,
	hidden JSON NOT NULL,
	saved_at DATETIME NOT NULL,
	CONSTRAINT pk_draft PRIMARY KEY ("key")
);
CREATE TABLE duty_absence (
	id INTEGER NOT NULL,
	user_id VARCHAR(26) NOT NULL,
	starts DATE NOT NULL,
	ends DATE NOT NULL,
	"by" VARCHAR(26) NOT NULL,
	at DATETIME NOT NULL,
	CONSTRAINT pk_duty_absence PRIMARY KEY (id)
);
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
INSERT INTO "duty_turn" VALUES(1,'dzxy7ppipqnguasz3qz7k5brc9','2026-12-07','2026-12-12','dzxy7ppipqnguasz3qz7k5brc9','2026-11-30 09:00:00.059688','',NULL);
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
INSERT INTO "gone" VALUES('5pqpu1z4gifrzndb1cz1p6hqzb','2026-11-28 10:15:11.901060',NULL);
INSERT INTO "gone" VALUES('fx4x4tc7iqt3opoocxoddtpyau','2026-11-28 10:15:11.905215',NULL);
INSERT INTO "gone" VALUES('a97ng1btbpubjz3mruu7yk49zk','2026-11-28 10:15:11.911147',NULL);
INSERT INTO "gone" VALUES('h58fgb5x1zd44jbw819qdhyfwy','2026-11-28 10:15:11.915069',NULL);
INSERT INTO "gone" VALUES('fsz6fw5rydsrxaj7kj77d1gsot','2026-11-28 10:15:12.536674',NULL);
INSERT INTO "gone" VALUES('rrb6nx74ywim7ten4kgtpjdse6','2026-11-28 10:15:12.543854',NULL);
INSERT INTO "gone" VALUES('4pt3hyf6txzku88up5bg7w4pqy','2026-11-28 10:15:12.539720',NULL);
INSERT INTO "gone" VALUES('fcxmo4k4zbjr9w9zeks9cx9k5f','2026-11-28 10:15:12.804623',NULL);
INSERT INTO "gone" VALUES('fpo56uheyouawfzgpa4asrkshx','2026-11-28 10:15:12.815697',NULL);
INSERT INTO "gone" VALUES('apbh54kmejiaaobe8h6gpb1beb','2026-11-28 10:15:13.116336',NULL);
INSERT INTO "gone" VALUES('n58ycnmxd7p9hnncycx5n71y5o','2026-11-28 10:15:13.117942',NULL);
INSERT INTO "gone" VALUES('nfx9hui1ai1d6ca7tjydk5iikq','2026-11-28 10:15:13.323347',NULL);
INSERT INTO "gone" VALUES('jgon19jt4bu9e8yhb4m5mpabyx','2026-11-28 10:15:13.329549',NULL);
INSERT INTO "gone" VALUES('67s55hbqc44w8qxwygykz5t65w','2026-11-28 10:15:13.851378',NULL);
INSERT INTO "gone" VALUES('z3g7jeb7a9jgzf4aqjwbr95e4s','2026-11-28 10:15:13.872878',NULL);
INSERT INTO "gone" VALUES('4tow8zoakhfbi34fjbiu1a4554','2026-11-28 10:15:13.889348',NULL);
INSERT INTO "gone" VALUES('nxpofum75341pup47cr3khei9k','2026-11-28 10:15:14.558836',NULL);
INSERT INTO "gone" VALUES('3pwfpgptqp8atz7qu18camcct7','2026-11-28 10:15:14.562671',NULL);
INSERT INTO "gone" VALUES('3hcyxsy5pg3cd4egbdk6afbah7','2026-11-28 10:15:16.516769',NULL);
INSERT INTO "gone" VALUES('yopxwzuepdx4mqga35xtd916sq','2026-11-28 10:15:16.527720',NULL);
INSERT INTO "gone" VALUES('6umj66utii51jo5ku593ojx4qb','2026-11-28 10:15:18.485521',NULL);
INSERT INTO "gone" VALUES('85w3hzh95z8zz7guzwcbkyxazj','2026-11-28 10:15:18.496874',NULL);
INSERT INTO "gone" VALUES('zjihrd3y8wdw5rgunswaptk1kt','2026-11-28 10:15:19.510534',NULL);
INSERT INTO "gone" VALUES('8cmhz1jroztigz3tejs1bk8q9f','2026-11-28 10:15:19.513765',NULL);
INSERT INTO "gone" VALUES('p6njr7sog1rj1oqyxdtcu6rcit','2026-11-28 10:15:19.515095',NULL);
INSERT INTO "gone" VALUES('fpyhdtpbso9jaiuxgdm41pw54u','2026-11-28 10:15:19.516355',NULL);
INSERT INTO "gone" VALUES('6j8xr4oajpjqw5p4h4djzgrgem','2026-11-28 10:15:19.521932',NULL);
INSERT INTO "gone" VALUES('f85ckgg7awird59a4p6oxy6y6h','2026-11-28 10:15:21.115747',NULL);
INSERT INTO "gone" VALUES('dphk4r5h557hex1p14tqgic373','2026-11-28 10:15:21.356479',NULL);
INSERT INTO "gone" VALUES('tgnnxs83a9jfz33micfqwc8zcq','2026-11-28 10:15:21.359826',NULL);
INSERT INTO "gone" VALUES('1kww5o6pny9jhi5qcob6o4cpue','2026-11-28 10:15:21.991038',NULL);
INSERT INTO "gone" VALUES('i6zy918mpc3mdwjfk8jgc7tkcq','2026-11-28 10:15:21.996088',NULL);
INSERT INTO "gone" VALUES('yut6i5cmefh5jbkx4fghaadk1d','2026-11-28 10:15:22.003156',NULL);
INSERT INTO "gone" VALUES('gntpp5jp8ja3nhuiy3btz1epo7','2026-11-28 10:15:22.009643',NULL);
INSERT INTO "gone" VALUES('g1erg3ah5khiw7nbr6tk9pywkp','2026-11-28 10:15:22.015258',NULL);
INSERT INTO "gone" VALUES('k5oxx3cw7nhzr3g4j9a6c3annm','2026-11-28 10:15:22.019220',NULL);
INSERT INTO "gone" VALUES('bfhpxuq4w15ere6s6oa5xg15yb','2026-11-28 10:15:22.022447',NULL);
INSERT INTO "gone" VALUES('nomj8a3bn59xg45geay9eo6ybb','2026-11-28 10:15:23.398180',NULL);
INSERT INTO "gone" VALUES('fkbg5x1g83wmcsrkj4o5ggkkwd','2026-11-28 10:15:23.402032',NULL);
INSERT INTO "gone" VALUES('3yfqhsgxandugrqkiropkwrjs4','2026-11-28 10:15:23.404136',NULL);
INSERT INTO "gone" VALUES('n3wydmym3yz8n1h3a8yg4tcncx','2026-11-28 10:15:23.421815',NULL);
INSERT INTO "gone" VALUES('gcqfcxya767tgffyrxw58gj4f8','2026-11-28 10:15:23.422806',NULL);
INSERT INTO "gone" VALUES('88q63y98tap8e1ihnpzppf16ym','2026-11-28 10:15:26.023373',NULL);
INSERT INTO "gone" VALUES('8du3amkmwjhbpgx3z5qih9jhg7','2026-11-28 10:15:26.028422',NULL);
INSERT INTO "gone" VALUES('6eq46hcupqpbd4o8aznud4bhkh','2026-11-28 10:15:26.033124',NULL);
INSERT INTO "gone" VALUES('m5jtjxg5b5xj1oihkg6hjinuzf','2026-11-28 10:15:26.036545',NULL);
INSERT INTO "gone" VALUES('3upg69hrt1fjewoqx1cdf74xif','2026-11-28 10:15:26.780132',NULL);
INSERT INTO "gone" VALUES('tz8431uasbzupq9e6iruhuyb3x','2026-11-28 10:15:26.788610',NULL);
INSERT INTO "gone" VALUES('ko6wnpyun6fju3sadkokn8r7a5','2026-11-28 10:15:26.798310',NULL);
INSERT INTO "gone" VALUES('mxbc1ipzuxmymnr9jmzykzkcao','2026-11-28 10:15:26.802671',NULL);
INSERT INTO "gone" VALUES('487jtru84ej37ui7nde6889i96','2026-11-28 10:15:26.813464',NULL);
INSERT INTO "gone" VALUES('j65jcb88r6c7ntztr53bw6jmus','2026-11-28 10:15:26.918327',NULL);
INSERT INTO "gone" VALUES('386phw4ne98ww4saoqkyo381jx','2026-11-28 10:15:27.137031',NULL);
INSERT INTO "gone" VALUES('ygcx55jtgbtwsuz3e7f31194id','2026-11-28 10:15:27.143925',NULL);
INSERT INTO "gone" VALUES('qdahik3wfd8rdi9mpg7y3jekq3','2026-11-28 10:15:27.664340',NULL);
INSERT INTO "gone" VALUES('xrue51bj8nrwk4af17sww3x9fs','2026-11-28 10:15:27.675647',NULL);
INSERT INTO "gone" VALUES('9qnmsiy3m6pk8tb6amsz89czc4','2026-11-28 10:15:28.012157',NULL);
INSERT INTO "gone" VALUES('pgxden7rdnzfug5kjo3szu15d3','2026-11-28 10:15:28.016551',NULL);
INSERT INTO "gone" VALUES('3ozpe9wkrqx9m9ajp3dorg3ypi','2026-11-28 10:15:33.044542',NULL);
INSERT INTO "gone" VALUES('c3afwhr5sfhef1axig9occdbdj','2026-11-28 10:15:33.050699',NULL);
INSERT INTO "gone" VALUES('enuah6mfiy8k3351i87tom1xma','2026-11-28 10:15:36.213506',NULL);
INSERT INTO "gone" VALUES('tms6pcje18ddkdu8jkfahofeny','2026-11-28 10:15:36.233922',NULL);
INSERT INTO "gone" VALUES('dffzr9d9psqb8fnga4grnbd8yb','2026-11-28 10:15:36.252202',NULL);
INSERT INTO "gone" VALUES('kd5yaw93rpfijobiqaoxqz86sr','2026-11-28 10:15:36.274987',NULL);
INSERT INTO "gone" VALUES('igt8nd9wioaphf8m5jpanu6urg','2026-11-28 10:15:36.299182',NULL);
INSERT INTO "gone" VALUES('rs98fh8aa1u8r3m3gb3qdq8qin','2026-11-28 10:15:36.317822',NULL);
INSERT INTO "gone" VALUES('gw6a9orw5dbb4xnepbpa7z9zww','2026-11-28 10:15:36.338747',NULL);
INSERT INTO "gone" VALUES('wnuwmkftctgwciq5q7t3axwb9f','2026-11-28 10:15:36.661797',NULL);
INSERT INTO "gone" VALUES('sptm5t1q4boto7p9bdmuj8s4yi','2026-11-28 10:15:36.855712',NULL);
INSERT INTO "gone" VALUES('e8kpca684yp7pr8kfy8n9uc8hm','2026-11-28 10:15:37.073132',NULL);
INSERT INTO "gone" VALUES('73mwre1joxh6ij7uedp3bd9hra','2026-11-28 10:15:38.411071',NULL);
INSERT INTO "gone" VALUES('bm38qtgpkrg488oar3kbh7wqud','2026-11-28 10:15:39.201118',NULL);
INSERT INTO "gone" VALUES('jejxqwodekfy6ki9fyz66j73i3','2026-11-28 10:15:39.206683',NULL);
INSERT INTO "gone" VALUES('jxkdgbr3i3ajqeakr9hyhrkmth','2026-11-28 10:15:39.746190',NULL);
INSERT INTO "gone" VALUES('1wgqchjpgj37fx8d9ozbfnxowr','2026-11-28 10:15:39.759349',NULL);
INSERT INTO "gone" VALUES('ypy4pb8nwjigmt1guiai5e1u9w','2026-11-28 10:15:40.200163',NULL);
INSERT INTO "gone" VALUES('zian51rbfn4sb1zacwy7yxgo7g','2026-11-28 10:15:40.208673',NULL);
INSERT INTO "gone" VALUES('313h6s378twrfrnj65a8youqpf','2026-11-28 10:15:40.769009',NULL);
INSERT INTO "gone" VALUES('hrheoj374rqmby4zsqs4zbyusw','2026-11-28 10:15:40.777605',NULL);
INSERT INTO "gone" VALUES('597xe17pyqckgr4ijog73xbdfx','2026-11-28 10:15:41.328957',NULL);
INSERT INTO "gone" VALUES('m9hmaaatp5cqkrc7xr43dc3own','2026-11-28 10:15:41.333400',NULL);
INSERT INTO "gone" VALUES('utcrb5oak6c1n6c14wcb4reo71','2026-11-28 10:15:41.814626',NULL);
INSERT INTO "gone" VALUES('iifwt5kypeuuz9cfzxzrwd3498','2026-11-28 10:15:41.824947',NULL);
INSERT INTO "gone" VALUES('bmnc49nra1ey9xc79nphjztmba','2026-11-28 10:15:42.428593',NULL);
INSERT INTO "gone" VALUES('iqrip8ztstpb6cdjmj6wfcnxwc','2026-11-28 10:15:42.432561',NULL);
INSERT INTO "gone" VALUES('b9izqmia8sdpzqq9489epccq78','2026-11-28 10:15:42.833245',NULL);
INSERT INTO "gone" VALUES('kkff6d9d8wa6mrrgey376bjc5t','2026-11-28 10:15:42.835847',NULL);
INSERT INTO "gone" VALUES('rc6q3rb3du9hhksp1zsy3uyyf7','2026-11-28 10:15:43.291958',NULL);
INSERT INTO "gone" VALUES('3y5t3kdzbn1h7cb8hkroo1fj4t','2026-11-28 10:15:43.294878',NULL);
INSERT INTO "gone" VALUES('dzxy7ppipqnguasz3qz7k5brc9','2026-11-28 10:15:43.520401',NULL);
INSERT INTO "gone" VALUES('jczmafbgtscojkpdd3hrnxbhas','2026-11-28 10:15:43.530700',NULL);
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
CREATE TABLE help_request (
	"key" VARCHAR(80) NOT NULL,
	helper_id VARCHAR(26) NOT NULL,
	asked_by VARCHAR(26) NOT NULL,
	at DATETIME NOT NULL,
	is_withdrawn BOOLEAN NOT NULL,
	CONSTRAINT pk_help_request PRIMARY KEY ("key", helper_id)
);
INSERT INTO "help_request" VALUES('SfHNaKJqrR_KZpiWQ4zU7g','g1erg3ah5khiw7nbr6tk9pywkp','bfhpxuq4w15ere6s6oa5xg15yb','2026-11-28 10:15:21.827037',0);
INSERT INTO "help_request" VALUES('SfHNaKJqrR_KZpiWQ4zU7g','gntpp5jp8ja3nhuiy3btz1epo7','bfhpxuq4w15ere6s6oa5xg15yb','2026-11-28 10:15:21.827037',0);
INSERT INTO "help_request" VALUES('SfHNaKJqrR_KZpiWQ4zU7g','k5oxx3cw7nhzr3g4j9a6c3annm','bfhpxuq4w15ere6s6oa5xg15yb','2026-11-28 10:15:21.827037',0);
INSERT INTO "help_request" VALUES('SfHNaKJqrR_KZpiWQ4zU7g','yut6i5cmefh5jbkx4fghaadk1d','bfhpxuq4w15ere6s6oa5xg15yb','2026-11-28 10:15:21.827037',0);
CREATE TABLE job_run (
	name VARCHAR(80) NOT NULL,
	period VARCHAR(80) NOT NULL,
	at DATETIME NOT NULL,
	result VARCHAR(16) NOT NULL,
	CONSTRAINT pk_job_run PRIMARY KEY (name)
);
INSERT INTO "job_run" VALUES('hotline.clear_old','2026-11-28T10:35:00','2026-11-28 10:15:08.749433','done');
INSERT INTO "job_run" VALUES('hotline.close_solved','2026-11-28T08:20:00','2026-11-28 10:15:08.825733','done');
INSERT INTO "job_run" VALUES('hotline.see_to_the_open','2026-11-28T08:10:00','2026-11-28 10:15:08.868834','done');
INSERT INTO "job_run" VALUES('hotline.weekly','2026-11-27T08:30:00','2026-11-28 10:15:08.885843','done');
INSERT INTO "job_run" VALUES('hotline.put_up_all','2026-11-28T11:15:00','2026-11-28 10:15:08.899723','done');
INSERT INTO "job_run" VALUES('ressources.check_links','2026-11-27T22:40:00','2026-11-28 10:15:08.904076','done');
INSERT INTO "job_run" VALUES('hotline.file_undecided','2026-11-28T11:10:00','2026-11-28 10:15:08.917890','done');
INSERT INTO "job_run" VALUES('ressources.keep_library','2026-11-28T06:20:00','2026-11-28 10:15:08.966569','done');
INSERT INTO "job_run" VALUES('actus.name_links','2026-11-28T11:07:00','2026-11-28 10:15:08.972598','done');
INSERT INTO "job_run" VALUES('canaux.leave_old_channels','2026-11-28T05:00:00','2026-11-28 10:15:08.981960','done');
INSERT INTO "job_run" VALUES('membres.ask','2026-11-28T08:20:00','2026-11-28 10:15:08.990611','done');
INSERT INTO "job_run" VALUES('membres.remind','2026-11-28T09:40:00','2026-11-28 10:15:08.995960','done');
INSERT INTO "job_run" VALUES('membres.tick','2026-11-28T10:25:00','2026-11-28 10:15:09.001036','done');
INSERT INTO "job_run" VALUES('annuaire.forget_requests','2026-11-28T04:20:00','2026-11-28 10:15:09.005832','done');
INSERT INTO "job_run" VALUES('actus.keep','2026-11-28T11:15:00','2026-11-28 10:15:09.088003','done');
INSERT INTO "job_run" VALUES('agenda.catch_up','2026-11-28T10:20:00','2026-11-28 10:15:09.098649','done');
INSERT INTO "job_run" VALUES('agenda.tell','2026-11-28T11:15:00','2026-11-28 10:15:09.108818','done');
INSERT INTO "job_run" VALUES('sondage.end_due','fin 2','2026-12-05 10:15:17.671976','done');
INSERT INTO "job_run" VALUES('moderation.watch_tables','2026-11-28T11:15:00','2026-11-28 10:15:09.117246','done');
INSERT INTO "job_run" VALUES('moderation.expire','2026-11-28T11:15:00','2026-11-28 10:15:09.131318','done');
INSERT INTO "job_run" VALUES('moderation.keep_summary','2026-11-28T11:15:00','2026-11-28 10:15:09.136432','done');
INSERT INTO "job_run" VALUES('moderation.remind','2026-11-28T11:10:00','2026-11-28 10:15:09.141971','done');
INSERT INTO "job_run" VALUES('regles.find_old','2026-11-28T11:15:00','2026-11-28 10:15:09.154556','done');
INSERT INTO "job_run" VALUES('donnees.erase_due','2026-11-28T11:15:00','2026-11-28 10:15:09.172850','done');
INSERT INTO "job_run" VALUES('garde.hand_over','2026-11-28T11:05:00','2026-11-28 10:15:09.188038','done');
INSERT INTO "job_run" VALUES('garde.forget','2026-11-28T04:25:00','2026-11-28 10:15:09.198156','done');
INSERT INTO "job_run" VALUES('menage.tidy','2026-11-28T04:10:00','2026-11-28 10:15:09.264472','done');
INSERT INTO "job_run" VALUES('ressources.remind','2026-11-27T09:10:00@Europe/Paris','2026-11-28 10:15:09.293595','done');
INSERT INTO "job_run" VALUES('canaux.look_for_namesakes','2026-11-28T11:07:00','2026-11-28 10:15:09.298958','done');
INSERT INTO "job_run" VALUES('hotline.remind','2026-11-28T11:10:00','2026-11-28 10:15:09.308112','done');
INSERT INTO "job_run" VALUES('canaux.watch_over','2026-11-28T05:20:00','2026-11-28 10:15:09.314239','done');
INSERT INTO "job_run" VALUES('actus.gather','2026-11-28T08:37:00','2026-11-28 10:15:09.344634','done');
INSERT INTO "job_run" VALUES('membres.look_up','2026-11-28T10:35:00','2026-11-28 10:15:09.352752','done');
INSERT INTO "job_run" VALUES('membres.recognise','2026-11-28T04:40:00','2026-11-28 10:15:09.356396','done');
INSERT INTO "job_run" VALUES('membres.look','2026-11-28T04:50:00','2026-11-28 10:15:09.360373','done');
INSERT INTO "job_run" VALUES('ressources.catch_up','2026-11-28T11:10:00','2026-11-28 10:15:09.413583','done');
INSERT INTO "job_run" VALUES('sondage.remind_due','2026-11-28T11:15:00@Europe/Paris','2026-11-28 10:15:09.417297','done');
INSERT INTO "job_run" VALUES('actus.hourly','2026-11-28T10:17:00','2026-11-28 10:15:09.419252','done');
INSERT INTO "job_run" VALUES('moderation.clear_old','2026-11-28T03:40:00','2026-11-28 10:15:09.420742','done');
INSERT INTO "job_run" VALUES('actus.tell','2026-11-28T11:00:00@Europe/Paris','2026-11-28 10:15:09.421963','done');
INSERT INTO "job_run" VALUES('garde.announce','2026-11-28T08:20:00','2026-11-28 10:15:09.423122','done');
INSERT INTO "job_run" VALUES('ressources.tell_news','essai-2','2026-12-14 08:00:00.008730','done');
INSERT INTO "job_run" VALUES('stats.monthly','2026-11-28T08:00:00@Europe/Paris','2026-11-28 10:15:09.449831','done');
INSERT INTO "job_run" VALUES('donnees.look_for_sleepers','2026-11-28T05:15:00','2026-11-28 10:15:09.490404','done');
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
INSERT INTO "journal" VALUES(1,'2026-11-28 10:15:11.316336','a97ng1btbpubjz3mruu7yk49zk','agathe-671ae3d7','hotline.deplacer','demande:3','h58fgb5x1zd44jbw819qdhyfwy','juliette-b56bd416','','{"etat": "nouveau", "agent": ""}','{"geste": "prendre", "etat": "pris", "agent": "a97ng1btbpubjz3mruu7yk49zk", "file": "espace-coop"}','','a04c384ac421d3f93d6eb44c90b4944740db172e9cb51bc8622276819e6bf6f8');
INSERT INTO "journal" VALUES(2,'2026-11-28 10:15:11.774706','a97ng1btbpubjz3mruu7yk49zk','agathe-671ae3d7','hotline.deplacer','demande:3','h58fgb5x1zd44jbw819qdhyfwy','juliette-b56bd416','','{"etat": "pris", "agent": "a97ng1btbpubjz3mruu7yk49zk"}','{"geste": "resoudre", "etat": "resolu", "agent": "a97ng1btbpubjz3mruu7yk49zk", "file": "espace-coop"}','a04c384ac421d3f93d6eb44c90b4944740db172e9cb51bc8622276819e6bf6f8','828db2ad1aa04170c655b0120985920ff5c13f0c29ff017d8ef7913b3a6faccf');
INSERT INTO "journal" VALUES(3,'2026-11-28 10:15:12.938010','','coop','canaux.placer','personne:rrb6nx74ywim7ten4kgtpjdse6','rrb6nx74ywim7ten4kgtpjdse6','juliette-59c66629','','{}','{"entre": ["G\u00e9n\u00e9ral"], "sort": []}','828db2ad1aa04170c655b0120985920ff5c13f0c29ff017d8ef7913b3a6faccf','37783b1f9985d9be4e551cb1ad3b782712e9e94089502256dd3ba8b1c500c006');
INSERT INTO "journal" VALUES(4,'2026-11-28 10:15:12.983448','','coop','canaux.placer','personne:4pt3hyf6txzku88up5bg7w4pqy','4pt3hyf6txzku88up5bg7w4pqy','agathe-3f189147','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie", "Salle d\u2019animation", "Hotline - Espace Coop", "Hotline - M\u00e9tier"], "sort": []}','37783b1f9985d9be4e551cb1ad3b782712e9e94089502256dd3ba8b1c500c006','69d2e3eb45a8d6deccaac4cc335c3910466e356638467cda06f891e7ad16cee8');
INSERT INTO "journal" VALUES(5,'2026-11-28 10:15:13.068115','','coop','canaux.placer','personne:fsz6fw5rydsrxaj7kj77d1gsot','fsz6fw5rydsrxaj7kj77d1gsot','omar-581a6887','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie", "Salle d\u2019animation", "Hotline - Espace Coop", "Hotline - M\u00e9tier"], "sort": []}','69d2e3eb45a8d6deccaac4cc335c3910466e356638467cda06f891e7ad16cee8','1c1dbc2185ff08ab2fe5f3b0ee0e2cf3eea6f797dda939183229c9de0341c29a');
INSERT INTO "journal" VALUES(6,'2026-11-28 10:15:12.589584','','coop','canaux.placer','personne:fpo56uheyouawfzgpa4asrkshx','fpo56uheyouawfzgpa4asrkshx','juliette-32b1ab91','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','1c1dbc2185ff08ab2fe5f3b0ee0e2cf3eea6f797dda939183229c9de0341c29a','8309c961f368e0a58e8f2976ea13ca1789bec56d2297452fd59a928ca6437920');
INSERT INTO "journal" VALUES(7,'2026-11-28 10:15:12.761669','','coop','canaux.placer','personne:fcxmo4k4zbjr9w9zeks9cx9k5f','fcxmo4k4zbjr9w9zeks9cx9k5f','carl-63711021','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','8309c961f368e0a58e8f2976ea13ca1789bec56d2297452fd59a928ca6437920','74070cc900f07e603ba4ed1671084c6971937bb418cac2befe4357daa747efd2');
INSERT INTO "journal" VALUES(8,'2026-11-28 10:15:12.882066','','coop','canaux.placer','personne:n58ycnmxd7p9hnncycx5n71y5o','n58ycnmxd7p9hnncycx5n71y5o','juliette-f88b7c82','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','74070cc900f07e603ba4ed1671084c6971937bb418cac2befe4357daa747efd2','165fa1a634b5f1adbdd9367fbe48b2aab9be93ccd4823c7e64fdcc8be3fb19e9');
INSERT INTO "journal" VALUES(9,'2026-11-28 10:15:12.981608','','coop','canaux.placer','personne:apbh54kmejiaaobe8h6gpb1beb','apbh54kmejiaaobe8h6gpb1beb','carl-c049a735','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','165fa1a634b5f1adbdd9367fbe48b2aab9be93ccd4823c7e64fdcc8be3fb19e9','0083e6647f59f72fa9dded5cd3acb49205e41570f619525b98530f4886fa057e');
INSERT INTO "journal" VALUES(10,'2026-11-28 10:15:13.132639','','coop','canaux.placer','personne:jgon19jt4bu9e8yhb4m5mpabyx','jgon19jt4bu9e8yhb4m5mpabyx','juliette-41bc80cf','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','0083e6647f59f72fa9dded5cd3acb49205e41570f619525b98530f4886fa057e','70de63cf14c3387173e574891cf5525f711db7c2b4e6d3d6481f999ec4bc6a91');
INSERT INTO "journal" VALUES(11,'2026-11-28 10:15:13.181061','','coop','canaux.placer','personne:nfx9hui1ai1d6ca7tjydk5iikq','nfx9hui1ai1d6ca7tjydk5iikq','ana-3b775511','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie", "Salle d\u2019animation", "Hotline - Espace Coop", "Hotline - M\u00e9tier"], "sort": []}','70de63cf14c3387173e574891cf5525f711db7c2b4e6d3d6481f999ec4bc6a91','3f8dc96901eb51aa269c39c06cd3bc61dccf5bd3680402b60a512a5bdc51f1d3');
INSERT INTO "journal" VALUES(12,'2026-11-28 10:15:13.467717','','coop','canaux.placer','personne:4tow8zoakhfbi34fjbiu1a4554','4tow8zoakhfbi34fjbiu1a4554','juliette-2864468a','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','3f8dc96901eb51aa269c39c06cd3bc61dccf5bd3680402b60a512a5bdc51f1d3','23476b0240d0a64432d9f1d35a6530879f36615dbd344c5d8fc8117e440f35e0');
INSERT INTO "journal" VALUES(13,'2026-11-28 10:15:13.524541','','coop','canaux.placer','personne:z3g7jeb7a9jgzf4aqjwbr95e4s','z3g7jeb7a9jgzf4aqjwbr95e4s','agathe-18135ad7','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie", "Salle d\u2019animation", "Hotline - Espace Coop", "Hotline - M\u00e9tier"], "sort": []}','23476b0240d0a64432d9f1d35a6530879f36615dbd344c5d8fc8117e440f35e0','9b76aca72549b8558f6be12b90ab5347dc08a4ffbd574b3220bc7a7c7e98b004');
INSERT INTO "journal" VALUES(14,'2026-11-28 10:15:13.661712','','coop','canaux.placer','personne:67s55hbqc44w8qxwygykz5t65w','67s55hbqc44w8qxwygykz5t65w','carl-09d8be20','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','9b76aca72549b8558f6be12b90ab5347dc08a4ffbd574b3220bc7a7c7e98b004','9cec1770ef69fda7803dde2a18ea45a4514e3ab3127845307589088d9f905dc3');
INSERT INTO "journal" VALUES(15,'2026-11-28 10:15:13.757656','z3g7jeb7a9jgzf4aqjwbr95e4s','agathe-18135ad7','ressources.besoin','need:2b3e431ca1bbdce64e6e63135dddc17b558851b7b8270e8d','','','','{"mots": "imprimante braille", "attend": true}','{"fiche": 1}','9cec1770ef69fda7803dde2a18ea45a4514e3ab3127845307589088d9f905dc3','8acd4bf0a3874a4f39e6a763399e149a453495bb0bf020c0382ab3e9654de3da');
INSERT INTO "journal" VALUES(16,'2026-11-28 10:15:13.962130','','coop','canaux.placer','personne:3pwfpgptqp8atz7qu18camcct7','3pwfpgptqp8atz7qu18camcct7','juliette-502c045c','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','8acd4bf0a3874a4f39e6a763399e149a453495bb0bf020c0382ab3e9654de3da','7d2f9b95ca4048182779d4b78d137047681d94b6b1400e25f6e65d2b4fbe3b1d');
INSERT INTO "journal" VALUES(17,'2026-11-28 10:15:14.052200','','coop','canaux.placer','personne:nxpofum75341pup47cr3khei9k','nxpofum75341pup47cr3khei9k','ana-97cb83fe','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie", "Salle d\u2019animation", "Hotline - Espace Coop", "Hotline - M\u00e9tier"], "sort": []}','7d2f9b95ca4048182779d4b78d137047681d94b6b1400e25f6e65d2b4fbe3b1d','3590f86ad760d9bf254efed33f6e337e9aa79fd872448a71d954c189cc4d39f8');
INSERT INTO "journal" VALUES(18,'2026-11-28 10:15:14.599495','','coop','canaux.placer','personne:yopxwzuepdx4mqga35xtd916sq','yopxwzuepdx4mqga35xtd916sq','juliette-2547baaf','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','3590f86ad760d9bf254efed33f6e337e9aa79fd872448a71d954c189cc4d39f8','3d8c00028c4f0dac645bc8a804a27ef2a908db87b3e6dc2b07918560c988f951');
INSERT INTO "journal" VALUES(19,'2026-11-28 10:15:14.647552','','coop','canaux.placer','personne:3hcyxsy5pg3cd4egbdk6afbah7','3hcyxsy5pg3cd4egbdk6afbah7','marc-23086718','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','3d8c00028c4f0dac645bc8a804a27ef2a908db87b3e6dc2b07918560c988f951','d8cd4d540b69b4cddcac839aab0f69c9af5b0df25508c2289dd67f1306d2e589');
INSERT INTO "journal" VALUES(20,'2026-11-28 10:15:14.695937','yopxwzuepdx4mqga35xtd916sq','juliette-2547baaf','sondage.lancer','sondage:1','yopxwzuepdx4mqga35xtd916sq','juliette-2547baaf','','{"question": "Quels outils vous manquent ?"}','{"a": [], "canaux": ["pngs5ugcm5afj884p6sikpez11"], "total": 1}','d8cd4d540b69b4cddcac839aab0f69c9af5b0df25508c2289dd67f1306d2e589','e0b2e44ca2f0470c8b56c7f5157cb13dd288ab74c15cffbca6d35289947b6e19');
INSERT INTO "journal" VALUES(21,'2026-12-05 10:15:15.637732','','coop','sondage.clore','sondage:1','yopxwzuepdx4mqga35xtd916sq','juliette-2547baaf','','{"question": "Quels outils vous manquent ?", "fin": "2026-12-05 10:15:14.636886+00:00"}','{"fin": "2026-12-05 10:15:15.637732+00:00"}','e0b2e44ca2f0470c8b56c7f5157cb13dd288ab74c15cffbca6d35289947b6e19','e06c2fa9f1372af78655eea89647bd553c7c82bb5da141f4d6e07761f811ef78');
INSERT INTO "journal" VALUES(22,'2026-11-28 10:15:16.630448','','coop','canaux.placer','personne:85w3hzh95z8zz7guzwcbkyxazj','85w3hzh95z8zz7guzwcbkyxazj','juliette-fb2f91a9','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','e06c2fa9f1372af78655eea89647bd553c7c82bb5da141f4d6e07761f811ef78','84d51140efde869fc7bedeb99990bbdca2cead7f3e5424043edf258cefb71661');
INSERT INTO "journal" VALUES(23,'2026-11-28 10:15:16.682692','','coop','canaux.placer','personne:6umj66utii51jo5ku593ojx4qb','6umj66utii51jo5ku593ojx4qb','marc-00645258','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','84d51140efde869fc7bedeb99990bbdca2cead7f3e5424043edf258cefb71661','33da9c56ebc21c1eef5e843a46db280d61daee129ac70d07cede4a4592622695');
INSERT INTO "journal" VALUES(24,'2026-11-28 10:15:16.717177','85w3hzh95z8zz7guzwcbkyxazj','juliette-fb2f91a9','sondage.lancer','sondage:2','85w3hzh95z8zz7guzwcbkyxazj','juliette-fb2f91a9','','{"question": "Outils-1881ad3f"}','{"a": [], "canaux": ["a61r7u45sqsk519sj4d5uq5765"], "total": 1}','33da9c56ebc21c1eef5e843a46db280d61daee129ac70d07cede4a4592622695','1edac6f10c5155c29d3d1bfe78626ab741ade8ea29cf8ea0dac4359802dfddc9');
INSERT INTO "journal" VALUES(25,'2026-12-05 10:15:17.668657','','coop','sondage.clore','sondage:2','85w3hzh95z8zz7guzwcbkyxazj','juliette-fb2f91a9','','{"question": "Outils-1881ad3f", "fin": "2026-12-05 10:15:16.667658+00:00"}','{"fin": "2026-12-05 10:15:17.668657+00:00"}','1edac6f10c5155c29d3d1bfe78626ab741ade8ea29cf8ea0dac4359802dfddc9','b7658389bfa130b884e0a0db84bffc8b918f7807b4ee87bfc12d3f495893a754');
INSERT INTO "journal" VALUES(26,'2026-11-29 08:00:18.564195','','coop','canaux.placer','personne:6j8xr4oajpjqw5p4h4djzgrgem','6j8xr4oajpjqw5p4h4djzgrgem','juliette-ff64b298','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','b7658389bfa130b884e0a0db84bffc8b918f7807b4ee87bfc12d3f495893a754','a72d6b5d7ae18c2fad24188d79db0c6ca006a9b08d79bd6799ea5ec1f716195f');
INSERT INTO "journal" VALUES(27,'2026-11-29 08:00:18.674993','','coop','canaux.placer','personne:fpyhdtpbso9jaiuxgdm41pw54u','fpyhdtpbso9jaiuxgdm41pw54u','lea-17d946ba','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','a72d6b5d7ae18c2fad24188d79db0c6ca006a9b08d79bd6799ea5ec1f716195f','82361059e9de439c17f18ee37ee81db9bea1b69674fb32b2cb9f574a1fee52fa');
INSERT INTO "journal" VALUES(28,'2026-11-29 08:00:18.797747','','coop','canaux.placer','personne:p6njr7sog1rj1oqyxdtcu6rcit','p6njr7sog1rj1oqyxdtcu6rcit','paul-9cbb9999','','{}','{"entre": ["G\u00e9n\u00e9ral", "Accueil et actualit\u00e9s", "Ressourcerie"], "sort": []}','82361059e9de439c17f18ee37ee81db9bea1b69674fb32b2cb9f574a1fee52fa','a8f2f482d5ce82419731ac5e18acd6d985e76e7823768d732dd76da0b31339a2');
INSERT INTO "journal" VALUES(29,'2026-11-29 08:00:18.907026','','coop','canaux.placer','personne:8cmhz1jroztigz3tejs1bk8q9f','8cmhz1jroztigz3tejs1bk8q9f','agathe-4000280a','','{}','{"entre": ["G\u00e9n\u00e9ral", "Accueil et actualit\u00e9s", "Ressourcerie", "Salle d\u2019animation", "Hotline - Espace Coop", "Hotline - M\u00e9tier"], "sort": []}','a8f2f482d5ce82419731ac5e18acd6d985e76e7823768d732dd76da0b31339a2','fb9012a5d06c82fa926c64406dcf63c0550cc8c782325c8d1876be553047c4ff');
INSERT INTO "journal" VALUES(30,'2026-11-29 08:00:18.952785','','coop','canaux.placer','personne:zjihrd3y8wdw5rgunswaptk1kt','zjihrd3y8wdw5rgunswaptk1kt','omar-657da1e2','','{}','{"entre": ["G\u00e9n\u00e9ral", "Accueil et actualit\u00e9s", "Ressourcerie", "Salle d\u2019animation", "Hotline - Espace Coop", "Hotline - M\u00e9tier"], "sort": []}','fb9012a5d06c82fa926c64406dcf63c0550cc8c782325c8d1876be553047c4ff','307d654e6e0340688713113c682abc64c44f7e702724dc9a1f95f4926449482d');
INSERT INTO "journal" VALUES(31,'2026-11-29 08:00:19.240647','8cmhz1jroztigz3tejs1bk8q9f','agathe-4000280a','agenda.publier','evenement:1','6j8xr4oajpjqw5p4h4djzgrgem','juliette-ff64b298','','{"titre": "Atelier-64858f37", "etat": "proposed"}','{"etat": "published"}','307d654e6e0340688713113c682abc64c44f7e702724dc9a1f95f4926449482d','7f92442838a32e87e690bf88912b20d8ab66b72aa839b596f4fe30e571f16969');
INSERT INTO "journal" VALUES(32,'2026-11-28 10:15:19.544911','','coop','canaux.placer','personne:f85ckgg7awird59a4p6oxy6y6h','f85ckgg7awird59a4p6oxy6y6h','agathe-a83cc3fd','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie", "Hotline - Espace Coop", "Hotline - M\u00e9tier"], "sort": []}','7f92442838a32e87e690bf88912b20d8ab66b72aa839b596f4fe30e571f16969','8e8d0ccd135f823590ce5c563ee14361eae3e0df8ebaa7a08d891ebee8b0550e');
INSERT INTO "journal" VALUES(33,'2026-11-28 10:15:19.630153','f85ckgg7awird59a4p6oxy6y6h','agathe-a83cc3fd','annonce.envoyer','annonce:685c6cdab4d6f554a40404b335','f85ckgg7awird59a4p6oxy6y6h','agathe-a83cc3fd','','{}','{"texte": "Rencontre-9033f234\n\n**Jeudi** @all", "a": ["69", "38"], "total": 2, "le": null}','8e8d0ccd135f823590ce5c563ee14361eae3e0df8ebaa7a08d891ebee8b0550e','9974d1676ced5a463711d0f9201ffd84f7b6c5e08c1743c41d85e29e18c73c43');
INSERT INTO "journal" VALUES(34,'2026-11-28 10:15:21.187227','','coop','canaux.placer','personne:tgnnxs83a9jfz33micfqwc8zcq','tgnnxs83a9jfz33micfqwc8zcq','juliette-d9af06e4','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','9974d1676ced5a463711d0f9201ffd84f7b6c5e08c1743c41d85e29e18c73c43','f3db2ca4c48bafe28108be516610786928d3f45e4d46d03dee877735153e474c');
INSERT INTO "journal" VALUES(35,'2026-11-28 10:15:21.238185','','coop','canaux.placer','personne:dphk4r5h557hex1p14tqgic373','dphk4r5h557hex1p14tqgic373','agathe-194ee6f8','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie", "Hotline - Espace Coop", "Hotline - M\u00e9tier"], "sort": []}','f3db2ca4c48bafe28108be516610786928d3f45e4d46d03dee877735153e474c','50428f4dfb3f8b92c2589e09c7c9c721dfc7fa879a1238f7710e12af249a586e');
INSERT INTO "journal" VALUES(36,'2026-11-28 10:15:21.273922','dphk4r5h557hex1p14tqgic373','agathe-194ee6f8','annuaire.contact','contact:1','tgnnxs83a9jfz33micfqwc8zcq','juliette-d9af06e4','','{"etat": "proposed"}','{"etat": "published", "titre": "Guy Martin"}','50428f4dfb3f8b92c2589e09c7c9c721dfc7fa879a1238f7710e12af249a586e','84672a08f44249fdde0367ea0540e9a7eaac0469362e44a512bf3504940fae46');
INSERT INTO "journal" VALUES(37,'2026-11-28 10:15:21.333436','dphk4r5h557hex1p14tqgic373','agathe-194ee6f8','annuaire.contact','contact:1','tgnnxs83a9jfz33micfqwc8zcq','juliette-d9af06e4','','{"etat": "published"}','{"etat": "refused", "titre": "Guy Martin"}','84672a08f44249fdde0367ea0540e9a7eaac0469362e44a512bf3504940fae46','ccc993f8f5cb4178436c37a35b878c3c8d69732036dae86aa872a34fc39a5df6');
INSERT INTO "journal" VALUES(38,'2026-11-28 10:15:21.418534','','coop','canaux.placer','personne:bfhpxuq4w15ere6s6oa5xg15yb','bfhpxuq4w15ere6s6oa5xg15yb','juliette-0c37828c','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','ccc993f8f5cb4178436c37a35b878c3c8d69732036dae86aa872a34fc39a5df6','5044237c8b79ce09a2f2f94e3ee0d02e0fb89b5501994e0cdd26a2ac91ebae75');
INSERT INTO "journal" VALUES(39,'2026-11-28 10:15:21.569016','','coop','canaux.placer','personne:k5oxx3cw7nhzr3g4j9a6c3annm','k5oxx3cw7nhzr3g4j9a6c3annm','far-ae5ac8e5','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','5044237c8b79ce09a2f2f94e3ee0d02e0fb89b5501994e0cdd26a2ac91ebae75','d7e929caa8f2ed42b7dabe0479da9fda80c6aeb1b9e68771157682a728580b34');
INSERT INTO "journal" VALUES(40,'2026-11-28 10:15:21.751699','','coop','canaux.placer','personne:g1erg3ah5khiw7nbr6tk9pywkp','g1erg3ah5khiw7nbr6tk9pywkp','reg-0d31bbf1','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','d7e929caa8f2ed42b7dabe0479da9fda80c6aeb1b9e68771157682a728580b34','c7b33b8c325ec174c74ade9a53fac4cbe99cfff1199525495ad967dcb6031b7f');
INSERT INTO "journal" VALUES(41,'2026-11-28 10:15:21.903536','','coop','canaux.placer','personne:gntpp5jp8ja3nhuiy3btz1epo7','gntpp5jp8ja3nhuiy3btz1epo7','near-b85d12e3','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','c7b33b8c325ec174c74ade9a53fac4cbe99cfff1199525495ad967dcb6031b7f','1b61126ec5adf2d36581ea81f73757c37e46db3d70b25173efa2c83c55d25ee7');
INSERT INTO "journal" VALUES(42,'2026-11-28 10:15:22.008697','','coop','canaux.placer','personne:yut6i5cmefh5jbkx4fghaadk1d','yut6i5cmefh5jbkx4fghaadk1d','dep-e6055e92','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','1b61126ec5adf2d36581ea81f73757c37e46db3d70b25173efa2c83c55d25ee7','97e89edf97a3781d04acbd6e1080c63be81f8117bfa73795ea243ddbcbad6570');
INSERT INTO "journal" VALUES(43,'2026-11-28 10:15:23.064184','','coop','canaux.placer','personne:i6zy918mpc3mdwjfk8jgc7tkcq','i6zy918mpc3mdwjfk8jgc7tkcq','nope-59146380','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','97e89edf97a3781d04acbd6e1080c63be81f8117bfa73795ea243ddbcbad6570','4343767da99e8ab93d6a50af5d2ddd087c628ffea2cffdbd66cdb11db30705b5');
INSERT INTO "journal" VALUES(44,'2026-11-28 10:15:23.130544','','coop','canaux.placer','personne:1kww5o6pny9jhi5qcob6o4cpue','1kww5o6pny9jhi5qcob6o4cpue','anonyme-05eb6d42','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','4343767da99e8ab93d6a50af5d2ddd087c628ffea2cffdbd66cdb11db30705b5','5ea988f0edac81f2358482f4ea8286024ab7fd6b46bb8c89ce0bf9c92d429777');
INSERT INTO "journal" VALUES(45,'2026-11-28 10:15:23.213549','','coop','canaux.placer','personne:gcqfcxya767tgffyrxw58gj4f8','gcqfcxya767tgffyrxw58gj4f8','juliette-4a58edc9','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','5ea988f0edac81f2358482f4ea8286024ab7fd6b46bb8c89ce0bf9c92d429777','ba5c929215d305270ed14a689bff89adf796ebea507ad50c566b9438c73a8cc0');
INSERT INTO "journal" VALUES(46,'2026-11-28 10:15:23.288855','','coop','canaux.placer','personne:n3wydmym3yz8n1h3a8yg4tcncx','n3wydmym3yz8n1h3a8yg4tcncx','paul-d78e5856','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','ba5c929215d305270ed14a689bff89adf796ebea507ad50c566b9438c73a8cc0','db57838de6e31e7915762e79f761bb24cc1f36d4e8c2db7a46bd389f53a94bf9');
INSERT INTO "journal" VALUES(47,'2026-11-28 10:15:23.397532','','coop','canaux.placer','personne:3yfqhsgxandugrqkiropkwrjs4','3yfqhsgxandugrqkiropkwrjs4','lea-c427719a','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','db57838de6e31e7915762e79f761bb24cc1f36d4e8c2db7a46bd389f53a94bf9','64a7fe5a408d2261542bf599c7ec931439a6da4678c4848a81ee9b5568f629ff');
INSERT INTO "journal" VALUES(48,'2026-11-28 10:15:23.504133','','coop','canaux.placer','personne:fkbg5x1g83wmcsrkj4o5ggkkwd','fkbg5x1g83wmcsrkj4o5ggkkwd','agathe-e413d0f3','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie", "Hotline - Espace Coop", "Hotline - M\u00e9tier", "Salle de mod\u00e9ration"], "sort": []}','64a7fe5a408d2261542bf599c7ec931439a6da4678c4848a81ee9b5568f629ff','0605f61e9eca7c00af78cbdab30daad1896ea80161ce6402544d8a17c26ba784');
INSERT INTO "journal" VALUES(49,'2026-11-28 10:15:23.526169','','coop','canaux.placer','personne:nomj8a3bn59xg45geay9eo6ybb','nomj8a3bn59xg45geay9eo6ybb','omar-3957e91b','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie", "Hotline - Espace Coop", "Hotline - M\u00e9tier", "Salle de mod\u00e9ration"], "sort": []}','0605f61e9eca7c00af78cbdab30daad1896ea80161ce6402544d8a17c26ba784','fb49c893c7187a4580421bfcd92cc4a5a5143374da94c12935434891a08fc07c');
INSERT INTO "journal" VALUES(50,'2026-11-28 10:15:24.267963','fkbg5x1g83wmcsrkj4o5ggkkwd','agathe-e413d0f3','moderation.classer','dossier:1','3yfqhsgxandugrqkiropkwrjs4','lea-c427719a','Une plaisanterie.','{}','{"case": 1}','fb49c893c7187a4580421bfcd92cc4a5a5143374da94c12935434891a08fc07c','4bcde70acdb32321d1d1e7335f941c5c5465b6a9fc4cbeb8d0d5905bd0d755cd');
INSERT INTO "journal" VALUES(51,'2026-11-28 10:15:24.467519','','coop','canaux.placer','personne:m5jtjxg5b5xj1oihkg6hjinuzf','m5jtjxg5b5xj1oihkg6hjinuzf','juliette-06e39df3','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','4bcde70acdb32321d1d1e7335f941c5c5465b6a9fc4cbeb8d0d5905bd0d755cd','e4e8e89353e4e4e4113b7c94f78aaee2f5f09945061924280c108a5e4f2d6590');
INSERT INTO "journal" VALUES(52,'2026-11-28 10:15:24.526929','','coop','canaux.placer','personne:6eq46hcupqpbd4o8aznud4bhkh','6eq46hcupqpbd4o8aznud4bhkh','lea-39e5f700','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie"], "sort": []}','e4e8e89353e4e4e4113b7c94f78aaee2f5f09945061924280c108a5e4f2d6590','9fb27b1a5c52ab3032444d932974bc46245d3fa8df3acd3695da0a85221c5ea5');
INSERT INTO "journal" VALUES(53,'2026-11-28 10:15:24.601557','','coop','canaux.placer','personne:8du3amkmwjhbpgx3z5qih9jhg7','8du3amkmwjhbpgx3z5qih9jhg7','agathe-cc0a95d8','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie", "Hotline - Espace Coop", "Hotline - M\u00e9tier", "Salle de mod\u00e9ration"], "sort": []}','9fb27b1a5c52ab3032444d932974bc46245d3fa8df3acd3695da0a85221c5ea5','9efb6633779ae6fb60fb8f47054bf1f8c3b4c8033b0c93214277a088abe423c1');
INSERT INTO "journal" VALUES(54,'2026-11-28 10:15:24.644449','','coop','canaux.placer','personne:88q63y98tap8e1ihnpzppf16ym','88q63y98tap8e1ihnpzppf16ym','omar-73454ded','','{}','{"entre": ["G\u00e9n\u00e9ral", "Ressourcerie", "Hotline - Espace Coop", "Hotline - M\u00e9tier", "Salle de mod\u00e9ration"], "sort": []}','9efb6633779ae6fb60fb8f47054bf1f8c3b4c8033b0c93214277a088abe423c1','11b695f7a4aaa4b62d00a7842c6ee98b30c4cc4b55aa0a8fb71369a19180a4a0');
INSERT INTO "journal" VALUES(55,'2026-11-28 10:15:24.922445','8du3amkmwjhbpgx3z5qih9jhg7','agathe-cc0a95d8','moderation.proposer','personne:6eq46hcupqpbd4o8aznud4bhkh','6eq46hcupqpbd4o8aznud4bhkh','lea-39e5f700','insultes','{}','{"case": 2, "act": "exclure"}','11b695f7a4aaa4b62d00a7842c6ee98b30c4cc4b55aa0a8fb71369a19180a4a0','e40044d0ecc341afb0ec260ec68bf489b56dd0e1c1752f5aef1a32e0c7a6ae70');
INSERT INTO "journal" VALUES(56,'2026-11-28 10:15:24.990177','88q63y98tap8e1ihnpzppf16ym','omar-73454ded','moderation.exclure','canal:tg49oyoi9nyfi4c3rzb7hxd9r1','6eq46hcupqpbd4o8aznud4bhkh','lea-39e5f700','insultes','{}','{"case": 2, "channel": "tg49oyoi9nyfi4c3rzb7hxd9r1"}','e40044d0ecc341afb0ec260ec68bf489b56dd0e1c1752f5aef1a32e0c7a6ae70','859d70657c534a7dbd5e915af0f3d34190775ddb15f237a9048d609929e66f0a');
INSERT INTO "journal" VALUES(57,'2026-11-28 10:15:26.985419','88q63y98tap8e1ihnpzppf16ym','omar-73454ded','moderation.annuler','acte:56','6eq46hcupqpbd4o8aznud4bhkh','lea-39e5f700','','{"act": "moderation.exclure", "entry": 56}','{}','859d70657c534a7dbd5e915af0f3d34190775ddb15f237a9048d609929e66f0a','19d58f79ff4191f1f71a66905e13637b15c49283210b4880695bb27f5c481291');
INSERT INTO "journal" VALUES(58,'2026-11-28 10:15:27.063522','','coop','canaux.placer','personne:487jtru84ej37ui7nde6889i96','487jtru84ej37ui7nde6889i96','juliette-8a960282','','{}','{"entre": ["Ressourcerie"], "sort": []}','19d58f79ff4191f1f71a66905e13637b15c49283210b4880695bb27f5c481291','bab30a490bcb4cb038ba88e88c2f9e4b393ebc7e0dd971bcdafc5a3efb718f17');
INSERT INTO "journal" VALUES(59,'2026-11-28 10:15:27.116061','','coop','canaux.placer','personne:mxbc1ipzuxmymnr9jmzykzkcao','mxbc1ipzuxmymnr9jmzykzkcao','paul-d8f3ce7b','','{}','{"entre": ["Ressourcerie"], "sort": []}','bab30a490bcb4cb038ba88e88c2f9e4b393ebc7e0dd971bcdafc5a3efb718f17','afee014c7536811a68d9d31a8e5ce002eb3c222b219357fbb5088bc6a200bcd1');
INSERT INTO "journal" VALUES(60,'2026-11-28 10:15:27.168611','','coop','canaux.placer','personne:ko6wnpyun6fju3sadkokn8r7a5','ko6wnpyun6fju3sadkokn8r7a5','lea-c4ac2174','','{}','{"entre": ["Ressourcerie"], "sort": []}','afee014c7536811a68d9d31a8e5ce002eb3c222b219357fbb5088bc6a200bcd1','7672940e48a805b97215d19d81897c9e88abde68ad22ded6dee55b1bc56a4b8b');
INSERT INTO "journal" VALUES(61,'2026-11-28 10:15:27.201519','','coop','canaux.placer','personne:tz8431uasbzupq9e6iruhuyb3x','tz8431uasbzupq9e6iruhuyb3x','agathe-1c5e5513','','{}','{"entre": ["Ressourcerie", "Hotline - Espace Coop", "Hotline - M\u00e9tier", "Salle de mod\u00e9ration"], "sort": []}','7672940e48a805b97215d19d81897c9e88abde68ad22ded6dee55b1bc56a4b8b','88e6f5106ffdf37da748e9c14893f1e133e75eaaa7305daef8cce224cd8cef16');
INSERT INTO "journal" VALUES(62,'2026-11-28 10:15:27.259317','','coop','canaux.placer','personne:3upg69hrt1fjewoqx1cdf74xif','3upg69hrt1fjewoqx1cdf74xif','omar-3dbd7363','','{}','{"entre": ["Ressourcerie", "Hotline - Espace Coop", "Hotline - M\u00e9tier", "Salle de mod\u00e9ration"], "sort": []}','88e6f5106ffdf37da748e9c14893f1e133e75eaaa7305daef8cce224cd8cef16','6738fe404b05037f4eab03f776ebffb2b213c4f1c0a784cf464aa3f08fde5500');
INSERT INTO "journal" VALUES(63,'2026-11-28 10:15:27.572157','tz8431uasbzupq9e6iruhuyb3x','agathe-1c5e5513','moderation.avertir','message:ko4r4c1zegp8h4qraj8qaff55t','ko6wnpyun6fju3sadkokn8r7a5','lea-c4ac2174','Ces mots blessent.','{}','{"case": 3}','6738fe404b05037f4eab03f776ebffb2b213c4f1c0a784cf464aa3f08fde5500','2c6783918b4d0f2056975f9ee9ca35553850ec674e76ee200fbe0d24084bf478');
INSERT INTO "journal" VALUES(64,'2026-11-28 10:15:27.669784','ko6wnpyun6fju3sadkokn8r7a5','lea-c4ac2174','moderation.recours','dossier:3','ko6wnpyun6fju3sadkokn8r7a5','lea-c4ac2174','C’était une plaisanterie @all.','{}','{"measure": 63}','2c6783918b4d0f2056975f9ee9ca35553850ec674e76ee200fbe0d24084bf478','8e38eec617830457345097fcbac12c8026ba5ae170f901529b9ed757ebef68db');
INSERT INTO "journal" VALUES(65,'2026-11-28 10:15:27.719665','3upg69hrt1fjewoqx1cdf74xif','omar-3dbd7363','moderation.repondre','dossier:3','ko6wnpyun6fju3sadkokn8r7a5','lea-c4ac2174','Elle a été lue comme une insulte.','{}','{"kept": true}','8e38eec617830457345097fcbac12c8026ba5ae170f901529b9ed757ebef68db','f74c0f3a12d2086450f054bfc430e971b378bbeed9f52d82dfe60a03c17a3f08');
INSERT INTO "journal" VALUES(66,'2026-11-28 10:15:26.837949','','coop','canaux.placer','personne:j65jcb88r6c7ntztr53bw6jmus','j65jcb88r6c7ntztr53bw6jmus','juliette-75e4d5bd','','{}','{"entre": ["Ressourcerie"], "sort": []}','f74c0f3a12d2086450f054bfc430e971b378bbeed9f52d82dfe60a03c17a3f08','9fc3285344b9730d094a040f3fa1ce6851a5489d447d3285a1cb7c70c341e25a');
INSERT INTO "journal" VALUES(67,'2026-11-30 09:00:00.019729','','coop','canaux.placer','personne:ygcx55jtgbtwsuz3e7f31194id','ygcx55jtgbtwsuz3e7f31194id','agathe-71d82f04','','{}','{"entre": ["Ressourcerie", "Hotline - Espace Coop", "Hotline - M\u00e9tier", "Salle de mod\u00e9ration"], "sort": []}','9fc3285344b9730d094a040f3fa1ce6851a5489d447d3285a1cb7c70c341e25a','a845767f6c14871c941264548d59e5790336bb4ea80b3363605e28041d213258');
INSERT INTO "journal" VALUES(68,'2026-11-30 09:00:00.061820','386phw4ne98ww4saoqkyo381jx','bilal-c0a7e0fd','garde.prendre','garde:1','386phw4ne98ww4saoqkyo381jx','bilal-c0a7e0fd','','{}','{"du": "2026-11-30", "jusqu_au": "2026-12-05", "file": "metier"}','a845767f6c14871c941264548d59e5790336bb4ea80b3363605e28041d213258','3b7182adb49cd8d2fe6bcedd296f41eace1da140de90b3a91e18d71451a27885');
INSERT INTO "journal" VALUES(69,'2026-11-30 09:00:00.085706','','coop','canaux.placer','personne:386phw4ne98ww4saoqkyo381jx','386phw4ne98ww4saoqkyo381jx','bilal-c0a7e0fd','','{}','{"entre": ["Ressourcerie", "Hotline - Espace Coop", "Hotline - M\u00e9tier"], "sort": []}','3b7182adb49cd8d2fe6bcedd296f41eace1da140de90b3a91e18d71451a27885','6050f487c61222076cdad6b711e507ead7bf70c7e714104376a8e0cc80a23658');
INSERT INTO "journal" VALUES(70,'2026-11-30 09:00:00.044393','','coop','canaux.placer','personne:xrue51bj8nrwk4af17sww3x9fs','xrue51bj8nrwk4af17sww3x9fs','agathe-2c6c8975','','{}','{"entre": ["Ressourcerie", "Hotline - Espace Coop", "Hotline - M\u00e9tier", "Salle de mod\u00e9ration"], "sort": []}','6050f487c61222076cdad6b711e507ead7bf70c7e714104376a8e0cc80a23658','825f1826b82d8f44cb4af80803b34dfbcd019e5ba88c580f9d3919986cff24b4');
CREATE TABLE journal_head (
	id INTEGER NOT NULL,
	last INTEGER NOT NULL,
	hash VARCHAR(64) NOT NULL,
	CONSTRAINT pk_journal_head PRIMARY KEY (id)
);
INSERT INTO "journal_head" VALUES(1,70,'825f1826b82d8f44cb4af80803b34dfbcd019e5ba88c580f9d3919986cff24b4');
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
INSERT INTO "moderation_appeal" VALUES(63,3,'ko6wnpyun6fju3sadkokn8r7a5','C’était une plaisanterie @all.','2026-11-28 10:15:27.669784','2026-12-05 10:15:27.669784',NULL,'2026-11-28 10:15:27.719665','3upg69hrt1fjewoqx1cdf74xif',1,'Elle a été lue comme une insulte.');
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
INSERT INTO "moderation_case" VALUES(1,'decide','signalement','3yfqhsgxandugrqkiropkwrjs4','lea-c427719a','two4c13pwn5nq8pja1o4ne1dqz','Ressourcerie','egf5otjigd7rte7fjtow4zhptk','','Vous êtes tous des mots-add91f50 !','[]','[{"at": "2026-11-28T10:15:22.724000+00:00", "author_id": "n3wydmym3yz8n1h3a8yg4tcncx", "message": "Avant", "after": false}, {"at": "2026-11-28T10:15:22.736000+00:00", "author_id": "n3wydmym3yz8n1h3a8yg4tcncx", "message": "Apr\u00e8s", "after": true}]','2026-11-28 10:15:22.726000','2026-11-28 10:15:24.102237','2026-11-28 10:15:24.267963','fkbg5x1g83wmcsrkj4o5ggkkwd','moderation.classer','Une plaisanterie.',NULL,50,'{}');
INSERT INTO "moderation_case" VALUES(2,'clos','direct','6eq46hcupqpbd4o8aznud4bhkh','lea-39e5f700','tg49oyoi9nyfi4c3rzb7hxd9r1','69 - Rhône','','','','[]','[]',NULL,'2026-11-28 10:15:24.922445','2026-11-28 10:15:24.990177','88q63y98tap8e1ihnpzppf16ym','moderation.exclure','insultes',NULL,56,'{}');
INSERT INTO "moderation_case" VALUES(3,'clos','signalement','ko6wnpyun6fju3sadkokn8r7a5','lea-c4ac2174','two4c13pwn5nq8pja1o4ne1dqz','Ressourcerie','ko4r4c1zegp8h4qraj8qaff55t','','Vous êtes tous des mots-97e71dc9 !','[]','[{"at": "2026-11-28T10:15:22.724000+00:00", "author_id": "n3wydmym3yz8n1h3a8yg4tcncx", "message": "Avant", "after": false}, {"at": "2026-11-28T10:15:22.726000+00:00", "author_id": "3yfqhsgxandugrqkiropkwrjs4", "message": "Vous \u00eates tous des mots-add91f50 !", "after": false}, {"at": "2026-11-28T10:15:22.736000+00:00", "author_id": "n3wydmym3yz8n1h3a8yg4tcncx", "message": "Apr\u00e8s", "after": false}]','2026-11-28 10:15:26.414000','2026-11-28 10:15:27.445423','2026-11-28 10:15:27.572157','tz8431uasbzupq9e6iruhuyb3x','moderation.avertir','Ces mots blessent.',NULL,63,'{}');
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
	"before" JSON NOT NULL, proposed_by VARCHAR(26) DEFAULT '' NOT NULL,
	CONSTRAINT pk_moderation_measure PRIMARY KEY (entry)
);
INSERT INTO "moderation_measure" VALUES(56,2,'moderation.exclure','6eq46hcupqpbd4o8aznud4bhkh','["tg49oyoi9nyfi4c3rzb7hxd9r1"]','insultes','88q63y98tap8e1ihnpzppf16ym','2026-11-28 10:15:24.990177',NULL,'2026-11-28 10:15:26.985419','88q63y98tap8e1ihnpzppf16ym','{"posts": [], "waits": [], "done": ["tg49oyoi9nyfi4c3rzb7hxd9r1"], "refused": [], "muted": [], "let_in": {}, "titles": {"tg49oyoi9nyfi4c3rzb7hxd9r1": "69 - Rh\u00f4ne"}, "place": "", "evidence": {}, "looking": false, "told": true}','8du3amkmwjhbpgx3z5qih9jhg7');
INSERT INTO "moderation_measure" VALUES(63,3,'moderation.avertir','ko6wnpyun6fju3sadkokn8r7a5','[]','Ces mots blessent.','tz8431uasbzupq9e6iruhuyb3x','2026-11-28 10:15:27.572157',NULL,NULL,'','{"posts": [], "waits": [], "done": [], "refused": [], "muted": [], "let_in": {}, "titles": {}, "place": "", "evidence": {}, "looking": false, "told": true}','');
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
INSERT INTO "moderation_report" VALUES(1,'gcqfcxya767tgffyrxw58gj4f8','propos','Cela blesse @all **beaucoup**','2026-11-27 10:15:27.166164',0,'2026-11-28 10:15:24.267963');
INSERT INTO "moderation_report" VALUES(1,'n3wydmym3yz8n1h3a8yg4tcncx','autre','','2026-11-27 10:15:27.166164',0,'2026-11-28 10:15:24.267963');
INSERT INTO "moderation_report" VALUES(3,'487jtru84ej37ui7nde6889i96','propos','','2026-11-28 10:15:27.445423',1,'2026-11-28 10:15:27.572157');
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
INSERT INTO "newcomer" VALUES('tfxdcrbgia3dq1im4wxxadxykt','departement:69','2026-11-28','2026-11-28 10:15:30.226018','2026-11-28 10:15:30.554297');
INSERT INTO "newcomer" VALUES('4ynpbs8qtrke43h8supow115io','departement:69','2026-11-28','2026-11-28 10:15:30.692026','2026-11-28 10:15:31.024305');
INSERT INTO "newcomer" VALUES('9ehooaa5c7r7c7jncjqxxxejfk','departement:69','2026-11-28','2026-11-28 10:15:30.824523','2026-11-28 10:15:31.024305');
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
INSERT INTO "news_item" VALUES(1,'essai-5c027063','flux','une','À voir','','https://exemple.fr/page-17ceb97e','','','','','',NULL,'',0,0,'2026-11-28 10:15:26.886405',0,'{}');
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
	fault VARCHAR(120), crowd BOOLEAN DEFAULT 0 NOT NULL, channel_id VARCHAR(26), tells VARCHAR(64),
	CONSTRAINT pk_outgoing PRIMARY KEY (id)
);
INSERT INTO "outgoing" VALUES('f291772bce4c04d0a03c47ca13','channel','wzh1p9y65xyo5btfqjsj7r9i3u','{}',NULL,'2026-11-28 10:15:11.798291',0,NULL,'2026-11-28 10:15:11.863824','sk9ys3wnfo5qjpah5c6kxsp7rt',NULL,0,'wzh1p9y65xyo5btfqjsj7r9i3u',NULL);
INSERT INTO "outgoing" VALUES('5fa10ed7b47ad8b299bc758094','channel','z6jwr36yj5sn6wk46but1umk6u','{}','ressources.review:1','2026-11-28 10:15:13.450694',0,NULL,'2026-11-28 10:15:13.523322','3ihjw7pp5zu55dxje6u5s39ng7',NULL,0,'z6jwr36yj5sn6wk46but1umk6u',NULL);
INSERT INTO "outgoing" VALUES('2fbf66f0d9589b75bb275fe6b9','channel','kd8x3etydekwhh6ee8f6wz3tph','{}','ressources.need:2b3e431ca1bbdce64e6e63135dddc17b558851b7b8270e8d','2026-11-28 10:15:13.546820',0,NULL,'2026-11-28 10:15:13.628940','uqxgc3aj934byn8x8xc8zwc3zp',NULL,0,'kd8x3etydekwhh6ee8f6wz3tph',NULL);
INSERT INTO "outgoing" VALUES('d487561278375d11726f06edfc','person','3pwfpgptqp8atz7qu18camcct7','{}',NULL,'2026-11-30 08:00:00.143622',0,NULL,'2026-11-30 08:00:00.257871','1qhgu3dmp3u4eotdyubm3jdtbm',NULL,1,'4tf6yp33fazstqtuze3a687paj',NULL);
INSERT INTO "outgoing" VALUES('4ccb62837c367624ad1ca231d5','person','3pwfpgptqp8atz7qu18camcct7','{}',NULL,'2026-12-07 08:00:00.113151',0,NULL,'2026-12-14 08:00:00.046652','k9u3u3rh5rtngmts9mbwim47tz',NULL,0,'4tf6yp33fazstqtuze3a687paj',NULL);
INSERT INTO "outgoing" VALUES('0acb5c17dcfe93eca34b5e4ba6','person','yopxwzuepdx4mqga35xtd916sq','{}','sondage-carte:1','2026-11-28 10:15:14.661793',0,NULL,'2026-11-28 10:15:14.685348','961px5noxxhnpofqtkezm7418j',NULL,0,'p3948ke77budbwmqyxcozh398z',NULL);
INSERT INTO "outgoing" VALUES('c038a85de50ac1a50d35da14eb','channel','pngs5ugcm5afj884p6sikpez11','{}','sondage:1:0','2026-11-28 10:15:14.767763',0,NULL,'2026-11-28 10:15:14.834220','93fe9z3mrxtietbaf99m9bc96j',NULL,0,'pngs5ugcm5afj884p6sikpez11',NULL);
INSERT INTO "outgoing" VALUES('705a34cc08bcb17b41c018eac2','post','961px5noxxhnpofqtkezm7418j','{}',NULL,'2026-12-05 10:15:15.645397',0,NULL,'2026-12-05 10:15:15.756416','961px5noxxhnpofqtkezm7418j',NULL,1,NULL,NULL);
INSERT INTO "outgoing" VALUES('ab64476367548296406e52405b','person','yopxwzuepdx4mqga35xtd916sq','{}',NULL,'2026-12-05 10:15:15.645638',0,NULL,'2026-12-05 10:15:15.683785','ue8n4w5ddfqanmuqfuj6oyhky3',NULL,1,'p3948ke77budbwmqyxcozh398z',NULL);
INSERT INTO "outgoing" VALUES('2dcffb6fe89f6c6e0d53faf5f9','channel','pngs5ugcm5afj884p6sikpez11','{}',NULL,'2026-12-05 10:15:15.697604',0,NULL,'2026-12-05 10:15:15.756416','7uyw3nrthyfxp3xwbupmmty358',NULL,0,'pngs5ugcm5afj884p6sikpez11',NULL);
INSERT INTO "outgoing" VALUES('6fd0a2c413021f7991eb5a6634','person','85w3hzh95z8zz7guzwcbkyxazj','{}','sondage-carte:2','2026-11-28 10:15:16.691041',0,NULL,'2026-11-28 10:15:16.740359','8aqwsd5mfiibfnwczxgyegn1dd',NULL,0,'5yccc18x3u1ijk5a418nxwuwn4',NULL);
INSERT INTO "outgoing" VALUES('9d586a30dbe436d32844c58766','channel','a61r7u45sqsk519sj4d5uq5765','{}','sondage:2:0','2026-11-28 10:15:16.747942',0,NULL,'2026-11-28 10:15:16.805309','moh78oxurbf9e37s9ypi56athy',NULL,0,'a61r7u45sqsk519sj4d5uq5765',NULL);
INSERT INTO "outgoing" VALUES('43a757d644d85a15b010ce818d','post','8aqwsd5mfiibfnwczxgyegn1dd','{}',NULL,'2026-12-05 10:15:17.673319',0,NULL,'2026-12-05 10:15:17.754255','8aqwsd5mfiibfnwczxgyegn1dd',NULL,1,NULL,NULL);
INSERT INTO "outgoing" VALUES('eb15b9c389ab5b3958f23025f9','person','85w3hzh95z8zz7guzwcbkyxazj','{}',NULL,'2026-12-05 10:15:17.673606',0,NULL,'2026-12-05 10:15:17.754255','q51awsnmfkr6d3dn9abnfz1bwx',NULL,1,'5yccc18x3u1ijk5a418nxwuwn4',NULL);
INSERT INTO "outgoing" VALUES('8625aa755059d7c2f607c2432a','channel','a61r7u45sqsk519sj4d5uq5765','{}',NULL,'2026-12-05 10:15:17.700536',0,NULL,'2026-12-05 10:15:17.754255','5pqdmfwrsi7pd1x7niosxse8uz',NULL,0,'a61r7u45sqsk519sj4d5uq5765',NULL);
INSERT INTO "outgoing" VALUES('fbb5c58d9181206acb0dae8d20','channel','55kt89xesrqxnmin1ufijbwunw','{}','agenda.review:1','2026-11-29 08:00:18.831227',0,NULL,'2026-11-29 08:00:18.934309','f599n76owjf7mnzfh3ao8z1sop',NULL,0,'55kt89xesrqxnmin1ufijbwunw',NULL);
INSERT INTO "outgoing" VALUES('45df5212f5482bb2949af41a65','channel','k4gjfn67f3xeogr1g989xy5dja','{}','agenda.said:1','2026-11-29 08:00:19.248923',0,NULL,'2026-11-29 08:00:19.313343','hi1qu7wbjcwfwyrxd4rkkp391m',NULL,0,'k4gjfn67f3xeogr1g989xy5dja',NULL);
INSERT INTO "outgoing" VALUES('bf7842531fd766318bdb67670a','person','f85ckgg7awird59a4p6oxy6y6h','{}','annonce-carte:685c6cdab4d6f554a40404b335','2026-11-28 10:15:19.608202',0,NULL,'2026-11-28 10:15:19.672506','dybmdz5yec349nuip47y8rbb9t',NULL,0,'m9bb3kkcymqfazgagy4iz1tuo4',NULL);
INSERT INTO "outgoing" VALUES('a54cb91d8872d4ba04e30e184c','channel','tg49oyoi9nyfi4c3rzb7hxd9r1','{}','annonce:685c6cdab4d6f554a40404b335:0','2026-11-28 10:15:19.936390',0,NULL,'2026-11-28 10:15:19.999012','ioi498qqgeakurhiwy7kgxbejd',NULL,0,'tg49oyoi9nyfi4c3rzb7hxd9r1',NULL);
INSERT INTO "outgoing" VALUES('b54a4fdebdcb3e9970eb3d1349','channel','x6f5rtfy6zajciqphp7gowrwit','{}','annonce:685c6cdab4d6f554a40404b335:0','2026-11-28 10:15:19.936539',0,NULL,'2026-11-28 10:15:19.999012','hxno3chq5cyk3f3q3hccdz6wz5',NULL,0,'x6f5rtfy6zajciqphp7gowrwit',NULL);
INSERT INTO "outgoing" VALUES('4fab5935390dd3e4a445f6a906','person','g1erg3ah5khiw7nbr6tk9pywkp','{}','annuaire:aide:SfHNaKJqrR_KZpiWQ4zU7g','2026-11-28 10:15:21.845170',0,NULL,'2026-11-28 10:15:21.936297','7aysgpft94pxsrzqa931awjnds',NULL,0,'6eheb58bftwggn7dxdkq4mzh3j',NULL);
INSERT INTO "outgoing" VALUES('267221675f8bd807a1e25921d3','person','gntpp5jp8ja3nhuiy3btz1epo7','{}','annuaire:aide:SfHNaKJqrR_KZpiWQ4zU7g','2026-11-28 10:15:21.845395',0,NULL,'2026-11-28 10:15:21.936297','idkj1wkompoq8umo6cwk4wk9nu',NULL,0,'hy3zpn45cs81nwfqqwfcm4xqer',NULL);
INSERT INTO "outgoing" VALUES('fe065bf28be031994188497c90','person','k5oxx3cw7nhzr3g4j9a6c3annm','{}','annuaire:aide:SfHNaKJqrR_KZpiWQ4zU7g','2026-11-28 10:15:21.845486',0,NULL,'2026-11-28 10:15:21.936297','az4ogpn4nw5sfcp7q93xbyhhnq',NULL,0,'ir4zd5szgyumhxr8jzad4e6gcr',NULL);
INSERT INTO "outgoing" VALUES('0a0fa264b74438f1c175d1687c','person','yut6i5cmefh5jbkx4fghaadk1d','{}','annuaire:aide:SfHNaKJqrR_KZpiWQ4zU7g','2026-11-28 10:15:21.845565',0,NULL,'2026-11-28 10:15:21.936297','9sfa8cfm6fhatpn77ote9zs4oh',NULL,0,'dc79ofr93f4ai48kuwhanjri3o',NULL);
INSERT INTO "outgoing" VALUES('1313ea0d827ce266bd28e4cd52','channel','47dina1a4ubgp6pnzcr3kr3x4o','{}','moderation.case:1','2026-11-28 10:15:24.145787',0,NULL,'2026-11-28 10:15:24.213685','ikxs1x6aks9f346ew4ix3smqm3',NULL,0,'47dina1a4ubgp6pnzcr3kr3x4o',NULL);
INSERT INTO "outgoing" VALUES('599c31caa1c1d639ab71c5fdb4','channel','47dina1a4ubgp6pnzcr3kr3x4o','{}','moderation.case:2','2026-11-28 10:15:24.954061',0,NULL,'2026-11-28 10:15:25.050487','3b7hrzyn3re7yyputktbcnqndu',NULL,0,'47dina1a4ubgp6pnzcr3kr3x4o',NULL);
INSERT INTO "outgoing" VALUES('25847afc411ef68c1f05174aea','channel','47dina1a4ubgp6pnzcr3kr3x4o','{}',NULL,'2026-11-28 10:15:25.043539',0,NULL,'2026-11-28 10:15:25.120517','h7bfe6z7n8yhkbuxwacumydeha',NULL,0,'47dina1a4ubgp6pnzcr3kr3x4o',NULL);
INSERT INTO "outgoing" VALUES('863b25c27ec2b1a969fc064aa9','person','6eq46hcupqpbd4o8aznud4bhkh','{}','moderation.notice:56','2026-11-28 10:15:25.309959',0,NULL,'2026-11-28 10:15:25.370404','69wxmje1zyr64d8pzmz6ix3h63',NULL,0,'akt1rb83hg93asempc55ta6xco',NULL);
INSERT INTO "outgoing" VALUES('5606e335e7edd471d4aac6d81e','channel','47dina1a4ubgp6pnzcr3kr3x4o','{}','moderation.case:3','2026-11-28 10:15:27.454496',0,NULL,'2026-11-28 10:15:27.532135','us85tzrqyxcukduee83rbruqfa',NULL,0,'47dina1a4ubgp6pnzcr3kr3x4o',NULL);
INSERT INTO "outgoing" VALUES('11d134b4f4b17fb34559f496bf','person','ko6wnpyun6fju3sadkokn8r7a5','{}','moderation.notice:63','2026-11-28 10:15:27.581839',0,NULL,'2026-11-28 10:15:27.645854','bjmg7zf3o9sw9o88aeisut5te8',NULL,0,'ti48ezzmkqyxaqgtf5e1fnfxou',NULL);
INSERT INTO "outgoing" VALUES('da58b7d11dbf5ee1511568e160','channel','47dina1a4ubgp6pnzcr3kr3x4o','{}','moderation.case:3','2026-11-28 10:15:27.682675',0,NULL,'2026-11-28 10:15:27.738559','xhxwbn1zibcp6b19fcftcn9xk7',NULL,0,'47dina1a4ubgp6pnzcr3kr3x4o',NULL);
INSERT INTO "outgoing" VALUES('e6f8476875fbe502684a33130d','person','m4ffjzuiuxz6nfnpmhe3noohfx','{}','membres.welcome:m4ffjzuiuxz6nfnpmhe3noohfx','2026-11-28 10:15:29.303550',0,NULL,'2026-11-28 10:15:29.386679','5wiuojzeunr3bt1kbgybsxc4ri',NULL,0,'z7ubomey34whmex1ghuct87qqf',NULL);
INSERT INTO "outgoing" VALUES('010b553e63ed288c2acdc581a7','person','fkbg5x1g83wmcsrkj4o5ggkkwd','{}','membres.guests:2026-11-28','2026-11-28 10:15:29.629207',0,NULL,'2026-11-28 10:15:29.696915','gnrekfbooempyk9ykq6s9insub',NULL,1,'j5sny3raiphkbjp36k6ojxqjod',NULL);
INSERT INTO "outgoing" VALUES('bf778f202eb53b657d322344e8','person','nomj8a3bn59xg45geay9eo6ybb','{}','membres.guests:2026-11-28','2026-11-28 10:15:29.629325',0,NULL,'2026-11-28 10:15:29.696915','pdbfe75oskujb31c6gz5jzcg17',NULL,1,'4t4rtf6x5mk3gzpxjhxzbdphpt',NULL);
INSERT INTO "outgoing" VALUES('40a25581ab897be20a7b1af481','person','3upg69hrt1fjewoqx1cdf74xif','{}','membres.guests:2026-11-28','2026-11-28 10:15:29.629441',0,NULL,'2026-11-28 10:15:29.696915','sb4ymcrhs1r47dtkm9m1ebjitc',NULL,1,'zxpu8knsjx4zznq4ao5c7fyzhq',NULL);
INSERT INTO "outgoing" VALUES('c49f532b27b0a0da3e7996dfa4','person','88q63y98tap8e1ihnpzppf16ym','{}','membres.guests:2026-11-28','2026-11-28 10:15:29.629553',0,NULL,'2026-11-28 10:15:29.696915','qwsefrzj6w4q3uwtw3fm9x63qi',NULL,1,'xn9mmbc15e9n5mya76thmrngwg',NULL);
INSERT INTO "outgoing" VALUES('c19a516b07e2268f7660a94639','person','tfxdcrbgia3dq1im4wxxadxykt','{}','membres.welcome:tfxdcrbgia3dq1im4wxxadxykt','2026-11-28 10:15:30.260253',0,NULL,'2026-11-28 10:15:30.338987','hnkd89g691jemtwsccaeg3w6xe',NULL,0,'995ey1n5dmdy9j45c6ag7kg13f',NULL);
INSERT INTO "outgoing" VALUES('93205ffa90b9a980d92c8c10b7','channel','63ogmzsm377wmf4c9js7csxd7o','{}','membres.new:63ogmzsm377wmf4c9js7csxd7o:2026-11-28','2026-11-28 10:15:30.565390',0,NULL,'2026-11-28 10:15:30.633537','irh6kwgt6jt8axqfxrebow4gi4',NULL,1,'63ogmzsm377wmf4c9js7csxd7o',NULL);
INSERT INTO "outgoing" VALUES('bbd62305e6289b53064bf1f9bf','person','4ynpbs8qtrke43h8supow115io','{}','membres.welcome:4ynpbs8qtrke43h8supow115io','2026-11-28 10:15:30.731952',0,NULL,'2026-11-28 10:15:30.795464','ihf4ik1o6axethgsambuj9fe1x',NULL,0,'5mdkdji3pouh9qyy79hbug4q7r',NULL);
INSERT INTO "outgoing" VALUES('9cefa9d312c756e3224fb9bf8a','person','9ehooaa5c7r7c7jncjqxxxejfk','{}','membres.welcome:9ehooaa5c7r7c7jncjqxxxejfk','2026-11-28 10:15:30.843825',0,NULL,'2026-11-28 10:15:30.911573','fuigh6uutkrmz1zh91c48as8dt',NULL,0,'geefjf3uuyr8cjoutudhsawsj3',NULL);
INSERT INTO "outgoing" VALUES('afb188ce29902feedb28e685b4','act','u9sii4ipctjfzrwgu5e4ckxmn3','{}',NULL,'2026-11-28 10:15:32.622429',0,NULL,'2026-11-28 10:15:32.754386',NULL,'taken_back',0,NULL,NULL);
INSERT INTO "outgoing" VALUES('d1ab4895354fc33d9513a14f14','act','u9sii4ipctjfzrwgu5e4ckxmn3','{}',NULL,'2026-11-28 10:15:32.666231',0,NULL,'2026-11-28 10:15:32.780880',NULL,'taken_back',0,NULL,NULL);
INSERT INTO "outgoing" VALUES('ea400603a6f3f338d2628488a6','act','u9sii4ipctjfzrwgu5e4ckxmn3','{}',NULL,'2026-11-28 10:15:32.702503',0,NULL,'2026-11-28 10:15:32.798191',NULL,'taken_back',0,NULL,NULL);
INSERT INTO "outgoing" VALUES('a18b41aa5e5cb4774286178b27','act','u9sii4ipctjfzrwgu5e4ckxmn3','{}',NULL,'2026-11-28 10:15:32.735987',0,NULL,'2026-11-28 10:15:32.821992',NULL,'taken_back',0,NULL,NULL);
INSERT INTO "outgoing" VALUES('060a9d076fd759cddee894faf7','person','dffzr9d9psqb8fnga4grnbd8yb','{}','hotline.receipt:5','2026-11-28 10:15:33.972231',0,NULL,'2026-11-28 10:15:34.032563','k8hf6ziai53s14619nwfefpkaz',NULL,0,'5ii13c4d4nh9bpkbizm74zim33',NULL);
INSERT INTO "outgoing" VALUES('1f9ba054c2a33a6b805c8cc2ed','person','tms6pcje18ddkdu8jkfahofeny','{}','hotline.receipt:6','2026-11-28 10:15:34.021949',0,NULL,'2026-11-28 10:15:34.097726','foyza6rm5fjhcd93wf6s4seq8q',NULL,0,'qo3mx419wya17n514sasyuc7g8',NULL);
INSERT INTO "outgoing" VALUES('f595625b42e9d1afa66de1e438','channel','wzh1p9y65xyo5btfqjsj7r9i3u','{}','hotline.card:6:espace-coop','2026-11-28 10:15:34.022141',0,NULL,'2026-11-28 10:15:34.097726','87g71kkr7j1t8cmtrw8mhnfix4',NULL,0,'wzh1p9y65xyo5btfqjsj7r9i3u',NULL);
INSERT INTO "outgoing" VALUES('b210b0c722bfb7e46c24657147','channel','wzh1p9y65xyo5btfqjsj7r9i3u','{}','hotline.incident:1','2026-11-28 10:15:34.022248',0,NULL,'2026-11-28 10:15:34.097726','9gy9gn9wnd9zw1r8bh5pa9sby1',NULL,0,'wzh1p9y65xyo5btfqjsj7r9i3u',NULL);
INSERT INTO "outgoing" VALUES('9d70fb1dfe499154ae0f495934','person','enuah6mfiy8k3351i87tom1xma','{}','hotline.receipt:7','2026-11-28 10:15:34.756670',0,NULL,'2026-11-28 10:15:34.794023','w3gbymmkrx6dr3mpcmszz3sosx',NULL,0,'rx7j4xo3dsrpcne4xm1198yht1',NULL);
INSERT INTO "outgoing" VALUES('5c9656ec4135100a11e2d37758','channel','wzh1p9y65xyo5btfqjsj7r9i3u','{}','hotline.card:7:espace-coop','2026-11-28 10:15:34.756879',0,NULL,'2026-11-28 10:15:34.794023','eofzauxo5beoh3kcxn4t7rx6q8',NULL,0,'wzh1p9y65xyo5btfqjsj7r9i3u',NULL);
INSERT INTO "outgoing" VALUES('e28ceafc1fc23e57a04177796b','person','kd5yaw93rpfijobiqaoxqz86sr','{}','hotline.rating:4','2026-11-28 10:15:35.666059',0,NULL,'2026-11-28 10:15:35.980787','ffetnsms5wmeweci8i9njos45r',NULL,1,'h8f4hcyz83mmimi5dy9e9z17nc',NULL);
INSERT INTO "outgoing" VALUES('6da349ea830444b2f67b2205c4','person','dffzr9d9psqb8fnga4grnbd8yb','{}','hotline.rating:5','2026-11-28 10:15:35.673318',0,NULL,'2026-11-28 10:15:35.980787','9mti4d8f71xwrcds7wu1px5gfr',NULL,1,'5ii13c4d4nh9bpkbizm74zim33',NULL);
INSERT INTO "outgoing" VALUES('20ed85851149a378db78159273','person','tms6pcje18ddkdu8jkfahofeny','{}','hotline.rating:6','2026-11-28 10:15:35.675037',0,NULL,'2026-11-28 10:15:35.980787','neg1oy63wz5ri9kigcifybku76',NULL,1,'qo3mx419wya17n514sasyuc7g8',NULL);
INSERT INTO "outgoing" VALUES('db61c58b85d6c427dd54155e90','post','w3gbymmkrx6dr3mpcmszz3sosx','{}',NULL,'2026-11-28 10:15:35.681990',0,NULL,'2026-11-28 10:15:35.980787','w3gbymmkrx6dr3mpcmszz3sosx',NULL,1,NULL,NULL);
INSERT INTO "outgoing" VALUES('9da2a230746520b4432adf5858','person','enuah6mfiy8k3351i87tom1xma','{}',NULL,'2026-11-28 10:15:35.682093',0,NULL,'2026-11-28 10:15:35.980787','915f9yox9c1zbiqfuxyxkb346i',NULL,1,'rx7j4xo3dsrpcne4xm1198yht1',NULL);
INSERT INTO "outgoing" VALUES('1f92ed9555d07e9bd8ef7417dd','person','enuah6mfiy8k3351i87tom1xma','{}','hotline.rating:7','2026-11-28 10:15:35.682220',0,NULL,'2026-11-28 10:15:36.054020','81fdaojdwjpnxp3o8iz8ti4xtr',NULL,1,'rx7j4xo3dsrpcne4xm1198yht1',NULL);
INSERT INTO "outgoing" VALUES('b960e24232aff4a7a42ee5802a','post','9gy9gn9wnd9zw1r8bh5pa9sby1','{}',NULL,'2026-11-28 10:15:35.682772',0,NULL,'2026-11-28 10:15:35.980787','9gy9gn9wnd9zw1r8bh5pa9sby1',NULL,1,NULL,NULL);
INSERT INTO "outgoing" VALUES('a5b86c5f27aa55621fe02bfa64','person','kd5yaw93rpfijobiqaoxqz86sr','{}','hotline.receipt:8','2026-11-28 10:15:36.138286',0,NULL,'2026-11-28 10:15:36.231719','tgcd3mcj33jy44amhzgy8xfw5f',NULL,0,'h8f4hcyz83mmimi5dy9e9z17nc',NULL);
INSERT INTO "outgoing" VALUES('5036ef07cdcad0e4dacc870c2c','channel','wzh1p9y65xyo5btfqjsj7r9i3u','{}','hotline.card:8:espace-coop','2026-11-28 10:15:36.138495',0,NULL,'2026-11-28 10:15:36.231719','58ubieurganchb6rwzp5ycc3cd',NULL,0,'wzh1p9y65xyo5btfqjsj7r9i3u',NULL);
INSERT INTO "outgoing" VALUES('92c4b3f06cbaf44ae292191173','person','wnuwmkftctgwciq5q7t3axwb9f','{}','cra:1','2026-11-28 10:15:36.496854',0,NULL,'2026-11-28 10:15:36.568688','enyczau5uc3t8r3rqanqs7jc7g',NULL,0,'ar7m58sby18odqcpta588q99mb',NULL);
INSERT INTO "outgoing" VALUES('84e538ad8ae9a650d08e4a5500','person','sptm5t1q4boto7p9bdmuj8s4yi','{}','cra:2','2026-11-28 10:15:36.741695',0,NULL,'2026-11-28 10:15:36.798140','ricb6ohnn4jxmcxa4axfx7epik',NULL,0,'sga43s33648npw8mdsmt9eqcy1',NULL);
INSERT INTO "outgoing" VALUES('9bba03876ea278bc5ba9887c90','person','e8kpca684yp7pr8kfy8n9uc8hm','{}','cra:3','2026-11-28 10:15:37.029411',0,NULL,'2026-11-28 10:15:37.092938','wt13wbn48bsybrjngnxn7qcg7k',NULL,0,'konmxuybu7k7qme6a5mxmukr5p',NULL);
INSERT INTO "outgoing" VALUES('097c5a8ed7139a888482f8a5cd','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:4','2026-11-28 10:15:37.124924',0,NULL,'2026-11-28 10:15:37.224223','1fkjn8nmra1wspp997j1gy9odq',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('dbe7a77dab313d3db85ebefde3','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:5','2026-11-28 10:15:37.184639',0,NULL,'2026-11-28 10:15:37.224223','gtqnqtp8tw8tei9j17bnbnctek',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('d5821e98e8e8033e326683648d','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:6','2026-11-28 10:15:37.217923',0,NULL,'2026-11-28 10:15:37.288814','ibiejek7wtgw65gjof8cncqsph',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('fd2883b4468bcacfa45e0a8bd5','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:7','2026-11-28 10:15:37.237705',0,NULL,'2026-11-28 10:15:37.288814','otb4qe54es1farc3q4n9b9ngxi',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('8f3da139ee634c45e4a0aa031d','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:8','2026-11-28 10:15:37.300111',0,NULL,'2026-11-28 10:15:37.377988','fnp88wb6mi357bj19x4i4u7wn3',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('ac446c60fdc200a6ecd0cfc475','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:9','2026-11-28 10:15:37.371258',0,NULL,'2026-11-28 10:15:37.463916','zorhh15d7kx9wpfo7ceircrm7i',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('0ac4c3ba241619d2795de4079d','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:10','2026-11-28 10:15:37.433453',0,NULL,'2026-11-28 10:15:37.527848','wc7fe7f5tcuofijesfg7npyoex',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('acf2b955d4a3cb1c7d85c3fe73','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:11','2026-11-28 10:15:37.481185',0,NULL,'2026-11-28 10:15:37.527848','7btuicorzuk6ynm5jkm4akwdw7',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('d39fece0f386d7dea9bcf22ed8','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:12','2026-11-28 10:15:37.517514',0,NULL,'2026-11-28 10:15:37.588313','uhe8igr1wbuo9cjh48uc14tf8g',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('e789fad39d13bfe950770c634a','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:13','2026-11-28 10:15:37.562718',0,NULL,'2026-11-28 10:15:37.588313','i5obs4rnj8tykwkz36ec7fz6xq',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('1c75cbfa840ccda48d98f4e64b','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:14','2026-11-28 10:15:37.595502',0,NULL,'2026-11-28 10:15:37.668531','pyh4z3ucbok4rhpbro6wz4ia6i',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('e09d3db0ccf42aa398c82e652c','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:15','2026-11-28 10:15:37.653799',0,NULL,'2026-11-28 10:15:37.744971','ufpsmtwp5fjn38o1e9tbtca8xd',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('0e013cc8308818756145231f63','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:16','2026-11-28 10:15:37.713531',0,NULL,'2026-11-28 10:15:37.744971','ninifdoy11knup7jpyow9gnm1o',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('041dbb605b16a3d6744e89e217','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:17','2026-11-28 10:15:37.777872',0,NULL,'2026-11-28 10:15:37.835985','9enjh79mwpjsxfbghhab5r4zg4',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('4eb1d84e0df48556749f2e44e2','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:18','2026-11-28 10:15:37.817866',0,NULL,'2026-11-28 10:15:37.835985','n834d7uw4uqdfj7pp93kdqrcyw',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('7c22bce27fc2f7ebfea94806bf','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:19','2026-11-28 10:15:37.858385',0,NULL,'2026-11-28 10:15:37.969723','h84ioiwpj6u19zy8x7z5hd673a',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('f7c46b87d815ea31f4b290fe49','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:20','2026-11-28 10:15:37.899168',0,NULL,'2026-11-28 10:15:37.969723','9zmxhm6nq8kuudqf3jz9w199m4',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('e16b7feec4aca6a0fcb357a2c2','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:21','2026-11-28 10:15:38.009652',0,NULL,'2026-11-28 10:15:38.087799','myd3oukthzqd8gjukh7xijugm5',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('48dcbeed2dbc127de8f4ae9ccb','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:22','2026-11-28 10:15:38.062037',0,NULL,'2026-11-28 10:15:38.087799','1w516opte1wkszxnw4geh5i7j1',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('cb31d0874a069d8e6aa0ad6d4a','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:23','2026-11-28 10:15:38.102256',0,NULL,'2026-11-28 10:15:38.167218','r74nk6z7ijzyi43t37kmbtzg7x',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('836f31017f624d51f70fb0a2a1','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:24','2026-11-28 10:15:38.146069',0,NULL,'2026-11-28 10:15:38.167218','zbq4ww74wpe5togy1jpaf55wxz',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('ab8a57ae874c16a1e4cc3e97bc','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:25','2026-11-28 10:15:38.205505',0,NULL,'2026-11-28 10:15:38.308373','mq9jc5dy3e56sapdqhmfw7cpkz',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('3c5488db8d92243ec1b6836f50','person','73mwre1joxh6ij7uedp3bd9hra','{}','cra:26','2026-11-28 10:15:38.277577',0,NULL,'2026-11-28 10:15:38.308373','b5my3cwhbzgen4dpnh3wna1j1w',NULL,0,'xyhcf8iazwobbpc86u18q6aq74',NULL);
INSERT INTO "outgoing" VALUES('b83e1ea261d4288003ad82ccc3','person','bm38qtgpkrg488oar3kbh7wqud','{}','garde.swap:1','2026-11-30 09:00:00.511663',0,NULL,'2026-11-30 09:00:00.609571','14d7mid9a1jhytnzh7sg6n3ccc',NULL,0,'ok8xafesbhrktgfm17tpgeuena',NULL);
INSERT INTO "outgoing" VALUES('44123532b3a176e96441f83a1a','person','jejxqwodekfy6ki9fyz66j73i3','{}',NULL,'2026-11-30 09:00:00.670277',0,NULL,'2026-11-30 09:00:00.731256','hxnbz9q8x783w696sz76r4ehua',NULL,0,'8ephqpc8n9s75gzh5t8ff7rmm1',NULL);
INSERT INTO "outgoing" VALUES('8d135d185d068bd584c6e179dd','person','jxkdgbr3i3ajqeakr9hyhrkmth','{}','garde.swap:1','2026-11-30 09:00:00.202601',0,NULL,'2026-11-30 09:00:00.345751','bdbp7p8mjutk3p8igneyw1qxq6',NULL,0,'ng1igiusfanfbrh8eg1cu1sp8q',NULL);
INSERT INTO "outgoing" VALUES('eda05077f0bb7f670bc23b1f87','act','mzd1iq4gtpet9x8sqa64zdp6n9','{}',NULL,'2026-11-30 09:00:00.299692',0,NULL,'2026-11-30 09:00:00.424158','',NULL,0,'mzd1iq4gtpet9x8sqa64zdp6n9',NULL);
INSERT INTO "outgoing" VALUES('7190f1e1e0056eef993378c111','person','1wgqchjpgj37fx8d9ozbfnxowr','{}',NULL,'2026-11-30 09:00:00.450695',0,NULL,'2026-11-30 09:00:00.521294','smxxdf65e4mr989m59ieffh746',NULL,0,'wd4n1nu6hx6u4u1irts9uu74ap',NULL);
INSERT INTO "outgoing" VALUES('1101d48e03946e50611fea3400','person','utcrb5oak6c1n6c14wcb4reo71','{}','garde.swap:1','2026-11-30 09:00:00.186275',0,NULL,'2026-11-30 09:00:00.256445','mb8y99x3fxen35nmb3edut1gjz',NULL,0,'spussfr5jaodxzuy83c17xhorf',NULL);
INSERT INTO "outgoing" VALUES('78b4d5877154d1c9af7b3f5e8d','person','bmnc49nra1ey9xc79nphjztmba','{}','garde.swap:1','2026-11-30 09:00:00.290803',0,NULL,'2026-11-30 09:00:00.384803','pf74ktc7r7x1ris1qge5uqbu6r',NULL,0,'k7q549ydh76yi7oqdj9858swh3',NULL);
INSERT INTO "outgoing" VALUES('2c690d1199d6e70dc2decafb6e','post','mb8y99x3fxen35nmb3edut1gjz','{}',NULL,'2026-12-08 08:00:00.007595',0,NULL,'2026-12-08 08:00:00.063078','mb8y99x3fxen35nmb3edut1gjz',NULL,0,NULL,NULL);
INSERT INTO "outgoing" VALUES('f780ebb1b275465d6aaa684e63','post','dpreotn9jgqhgpywa879je1g6f','{}',NULL,'2026-12-08 08:00:00.007643',0,NULL,'2026-12-08 08:00:00.063078','dpreotn9jgqhgpywa879je1g6f',NULL,0,NULL,NULL);
INSERT INTO "outgoing" VALUES('a3e229627c465fb57cebc80830','post','8es58uff7o67ou4pa77qofn1eo','{}',NULL,'2026-12-08 08:00:00.007692',0,NULL,'2026-12-08 08:00:00.063078','8es58uff7o67ou4pa77qofn1eo',NULL,0,NULL,NULL);
INSERT INTO "outgoing" VALUES('ba1611b4c9380e90d9e58c22fa','post','f5ztfnbcf3cnbmrcb1p53c4sgd','{}',NULL,'2026-12-08 08:00:00.007737',0,NULL,'2026-12-08 08:00:00.063078','f5ztfnbcf3cnbmrcb1p53c4sgd',NULL,0,NULL,NULL);
INSERT INTO "outgoing" VALUES('98f0bd0ed4a0eba22949478f8a','person','iqrip8ztstpb6cdjmj6wfcnxwc','{}',NULL,'2026-12-08 08:00:00.007784',0,NULL,'2026-12-08 08:00:00.063078','w41r8tpuhrcrac54fzcabs7yi3',NULL,0,'ytmbf83hrtctnzf49e5p9e19dc',NULL);
INSERT INTO "outgoing" VALUES('cd8d995287322658589201dd0b','act','two4c13pwn5nq8pja1o4ne1dqz','{}',NULL,'2026-12-05 08:00:00.014965',0,NULL,'2026-12-05 08:00:00.113975','',NULL,0,'two4c13pwn5nq8pja1o4ne1dqz',NULL);
INSERT INTO "outgoing" VALUES('a20b54383e15f4e4ecdcccc1f1','act','wzh1p9y65xyo5btfqjsj7r9i3u','{}',NULL,'2026-12-05 08:00:00.015096',0,NULL,'2026-12-05 08:00:00.113975','',NULL,0,'wzh1p9y65xyo5btfqjsj7r9i3u',NULL);
INSERT INTO "outgoing" VALUES('63f6db76f0e1defdedbb9764a9','act','mzd1iq4gtpet9x8sqa64zdp6n9','{}',NULL,'2026-12-05 08:00:00.015149',0,NULL,'2026-12-05 08:00:00.193059','',NULL,0,'mzd1iq4gtpet9x8sqa64zdp6n9',NULL);
CREATE TABLE person (
	id VARCHAR(26) NOT NULL,
	username VARCHAR(64) NOT NULL,
	role VARCHAR(16),
	structure VARCHAR(200),
	departements JSON NOT NULL,
	timezone VARCHAR(64) NOT NULL,
	since DATETIME NOT NULL, derived_role VARCHAR(16), derived_at DATETIME, prenom VARCHAR(80), nom VARCHAR(80), email VARCHAR(254), telephone VARCHAR(32), siret VARCHAR(14), code_commune VARCHAR(5), arrived_on DATE, left_on DATE, skills JSON DEFAULT '[]' NOT NULL, skill_words JSON DEFAULT '[]' NOT NULL, languages JSON DEFAULT '[]' NOT NULL, shown_to JSON DEFAULT '{}' NOT NULL, is_hidden BOOLEAN DEFAULT 0 NOT NULL, helps BOOLEAN DEFAULT 0 NOT NULL,
	CONSTRAINT pk_person PRIMARY KEY (id)
);
INSERT INTO "person" VALUES('h58fgb5x1zd44jbw819qdhyfwy','juliette-b56bd416','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:08.781511',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('a97ng1btbpubjz3mruu7yk49zk','agathe-671ae3d7','hotline',NULL,'[]','Europe/Paris','2026-11-28 10:15:09.329779',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('fx4x4tc7iqt3opoocxoddtpyau','camille-d0c6dca3','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:09.609377',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('5pqpu1z4gifrzndb1cz1p6hqzb','camille-d11bf56c','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:10.069173',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('rrb6nx74ywim7ten4kgtpjdse6','juliette-59c66629','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:11.923991',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('4pt3hyf6txzku88up5bg7w4pqy','agathe-3f189147','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:11.942058',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('fsz6fw5rydsrxaj7kj77d1gsot','omar-581a6887','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:11.964447',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('fpo56uheyouawfzgpa4asrkshx','juliette-32b1ab91','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:12.568271',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('fcxmo4k4zbjr9w9zeks9cx9k5f','carl-63711021','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:12.751786',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('n58ycnmxd7p9hnncycx5n71y5o','juliette-f88b7c82','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:12.857683',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('apbh54kmejiaaobe8h6gpb1beb','carl-c049a735','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:12.922971',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('jgon19jt4bu9e8yhb4m5mpabyx','juliette-41bc80cf','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:13.127215',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('nfx9hui1ai1d6ca7tjydk5iikq','ana-3b775511','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:13.147502',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('4tow8zoakhfbi34fjbiu1a4554','juliette-2864468a','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:13.392785',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('z3g7jeb7a9jgzf4aqjwbr95e4s','agathe-18135ad7','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:13.429141',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('67s55hbqc44w8qxwygykz5t65w','carl-09d8be20','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:13.650844',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('3pwfpgptqp8atz7qu18camcct7','juliette-502c045c','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:13.935444',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('nxpofum75341pup47cr3khei9k','ana-97cb83fe','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:13.972514',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('yopxwzuepdx4mqga35xtd916sq','juliette-2547baaf','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:14.588227',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('3hcyxsy5pg3cd4egbdk6afbah7','marc-23086718','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:14.614933',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('85w3hzh95z8zz7guzwcbkyxazj','juliette-fb2f91a9','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:16.577155',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('6umj66utii51jo5ku593ojx4qb','marc-00645258','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:16.627280',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('6j8xr4oajpjqw5p4h4djzgrgem','juliette-ff64b298','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:18.529209',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('fpyhdtpbso9jaiuxgdm41pw54u','lea-17d946ba','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:18.563095',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('p6njr7sog1rj1oqyxdtcu6rcit','paul-9cbb9999','conseiller','Maison de quartier','["01"]','Europe/Paris','2026-11-28 10:15:18.605673',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('8cmhz1jroztigz3tejs1bk8q9f','agathe-4000280a','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:18.630810',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('zjihrd3y8wdw5rgunswaptk1kt','omar-657da1e2','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:18.654798',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('f85ckgg7awird59a4p6oxy6y6h','agathe-a83cc3fd','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:19.529859',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2020-01-01','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('tgnnxs83a9jfz33micfqwc8zcq','juliette-d9af06e4','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:21.149875',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('dphk4r5h557hex1p14tqgic373','agathe-194ee6f8','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:21.183000',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('bfhpxuq4w15ere6s6oa5xg15yb','juliette-0c37828c','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:21.380151',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('k5oxx3cw7nhzr3g4j9a6c3annm','far-ae5ac8e5','conseiller','Maison de quartier','["75"]','Europe/Paris','2026-11-28 10:15:21.418239',NULL,NULL,'Far','Zuthserqccnf',NULL,NULL,NULL,'75056',NULL,NULL,'[]','["linuxkxawcqwugm"]','[]','{}',0,1);
INSERT INTO "person" VALUES('g1erg3ah5khiw7nbr6tk9pywkp','reg-0d31bbf1','conseiller','Maison de quartier','["01"]','Europe/Paris','2026-11-28 10:15:21.439775',NULL,NULL,'Rég','Zurevvkiuogk',NULL,NULL,NULL,'01053',NULL,NULL,'[]','["linuxkxawcqwugm"]','[]','{}',0,1);
INSERT INTO "person" VALUES('gntpp5jp8ja3nhuiy3btz1epo7','near-b85d12e3','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:21.451193',NULL,NULL,'Near','Zuyiahptbfoz',NULL,NULL,NULL,'69256',NULL,NULL,'[]','["linuxkxawcqwugm"]','[]','{}',0,0);
INSERT INTO "person" VALUES('yut6i5cmefh5jbkx4fghaadk1d','dep-e6055e92','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:21.518181',NULL,NULL,'Dép','Zurksxmvmpwq',NULL,NULL,NULL,'69123',NULL,NULL,'[]','["linuxkxawcqwugm"]','[]','{}',0,1);
INSERT INTO "person" VALUES('i6zy918mpc3mdwjfk8jgc7tkcq','nope-59146380','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:21.544312',NULL,NULL,'Nope','Zuqoukslyzej',NULL,NULL,NULL,NULL,NULL,NULL,'[]','["linuxkxawcqwugm"]','[]','{}',0,0);
INSERT INTO "person" VALUES('1kww5o6pny9jhi5qcob6o4cpue','anonyme-05eb6d42','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:21.590035',NULL,NULL,'Anonyme','Zuyldisioeja',NULL,NULL,NULL,NULL,NULL,NULL,'[]','["linuxkxawcqwugm"]','[]','{}',1,1);
INSERT INTO "person" VALUES('gcqfcxya767tgffyrxw58gj4f8','juliette-4a58edc9','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:22.041311',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('n3wydmym3yz8n1h3a8yg4tcncx','paul-d78e5856','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:22.052584',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('3yfqhsgxandugrqkiropkwrjs4','lea-c427719a','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:22.064372',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('fkbg5x1g83wmcsrkj4o5ggkkwd','agathe-e413d0f3','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:22.089539',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('nomj8a3bn59xg45geay9eo6ybb','omar-3957e91b','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:22.119954',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('m5jtjxg5b5xj1oihkg6hjinuzf','juliette-06e39df3','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:23.448324',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('6eq46hcupqpbd4o8aznud4bhkh','lea-39e5f700','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:23.469076',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('8du3amkmwjhbpgx3z5qih9jhg7','agathe-cc0a95d8','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:23.501377',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('88q63y98tap8e1ihnpzppf16ym','omar-73454ded','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:23.524192',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('487jtru84ej37ui7nde6889i96','juliette-8a960282','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:26.053608',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('mxbc1ipzuxmymnr9jmzykzkcao','paul-d8f3ce7b','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:26.076223',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('ko6wnpyun6fju3sadkokn8r7a5','lea-c4ac2174','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:26.096692',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('tz8431uasbzupq9e6iruhuyb3x','agathe-1c5e5513','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:26.113674',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('3upg69hrt1fjewoqx1cdf74xif','omar-3dbd7363','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:26.130631',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('j65jcb88r6c7ntztr53bw6jmus','juliette-75e4d5bd','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:26.826849',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('ygcx55jtgbtwsuz3e7f31194id','agathe-71d82f04','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:26.931434',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('386phw4ne98ww4saoqkyo381jx','bilal-c0a7e0fd','hotline',NULL,'[]','Europe/Paris','2026-11-28 10:15:26.944187',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('xrue51bj8nrwk4af17sww3x9fs','agathe-2c6c8975','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:27.181042',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('qdahik3wfd8rdi9mpg7y3jekq3','bilal-c3097df9','hotline',NULL,'[]','Europe/Paris','2026-11-28 10:15:27.199694',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('pgxden7rdnzfug5kjo3szu15d3','agathe-2f1a8217','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:27.699529',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('9qnmsiy3m6pk8tb6amsz89czc4','malik-9febe587','hotline',NULL,'[]','Europe/Paris','2026-11-28 10:15:27.718805',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('arzjychf9p91sx5kyombfqyqo6','aaa-agathe-52c36e4d','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:28.139036',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('6zoizqutpxwcnb65wi9fys1jpd','aab-agathe-76de60f9','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:29.049310',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('m4ffjzuiuxz6nfnpmhe3noohfx','paul-986fbfaa','conseiller',NULL,'[]','Europe/Paris','2026-11-28 10:15:29.284725',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('tfxdcrbgia3dq1im4wxxadxykt','lea-881d51c3','conseiller','Mairie de Bron','["69"]','Europe/Paris','2026-11-28 10:15:30.237678',NULL,NULL,'Lea','Perrin',NULL,NULL,NULL,'69029',NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('4ynpbs8qtrke43h8supow115io','omar-b2133bc6','coordinateur',NULL,'["38", "69"]','Europe/Paris','2026-11-28 10:15:30.706385',NULL,NULL,'Omar','Perrin',NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('9ehooaa5c7r7c7jncjqxxxejfk','zoe-fd21b4f5','conseiller',NULL,'["69"]','Europe/Paris','2026-11-28 10:15:30.832645',NULL,NULL,'Zoe','Perrin',NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('c3afwhr5sfhef1axig9occdbdj','agathe-55a0de58','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:31.916726',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('jfpa59ypumd4mx5kztr35us746','juliette-970a13ae','coordinateur',NULL,'["69"]','Europe/Paris','2026-11-28 10:15:32.190317',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2031-12-31','[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('3ozpe9wkrqx9m9ajp3dorg3ypi','zoe-15ad890e','invite',NULL,'[]','Europe/Paris','2026-11-28 10:15:32.974520',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('gw6a9orw5dbb4xnepbpa7z9zww','juliette-1d7e1175','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:33.105396',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('rs98fh8aa1u8r3m3gb3qdq8qin','agathe-8f5d6304','hotline',NULL,'[]','Europe/Paris','2026-11-28 10:15:33.199551',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('igt8nd9wioaphf8m5jpanu6urg','omar-d1141290','hotline',NULL,'[]','Europe/Paris','2026-11-28 10:15:33.213976',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('kd5yaw93rpfijobiqaoxqz86sr','c069-729f8bf2','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:33.677793',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('dffzr9d9psqb8fnga4grnbd8yb','c138-7c241c96','conseiller','Maison de quartier','["38"]','Europe/Paris','2026-11-28 10:15:33.708807',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('tms6pcje18ddkdu8jkfahofeny','c269-58b9d7d2','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:33.753616',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('enuah6mfiy8k3351i87tom1xma','lea-428c2433','conseiller','Maison de quartier','["974"]','Europe/Paris','2026-11-28 10:15:34.686928',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('wnuwmkftctgwciq5q7t3axwb9f','juliette-38a85992','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:36.401484',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('sptm5t1q4boto7p9bdmuj8s4yi','juliette-3ee67bfc','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:36.668791',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('e8kpca684yp7pr8kfy8n9uc8hm','juliette-610ad589','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:36.886312',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('73mwre1joxh6ij7uedp3bd9hra','juliette-7ba3e130','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:37.081519',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('jejxqwodekfy6ki9fyz66j73i3','agathe-85a7a4f8','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:38.452016',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('bm38qtgpkrg488oar3kbh7wqud','bilal-891d2ea4','hotline',NULL,'[]','Europe/Paris','2026-11-28 10:15:38.471453',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('1wgqchjpgj37fx8d9ozbfnxowr','agathe-1e41e994','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:39.218726',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('jxkdgbr3i3ajqeakr9hyhrkmth','bilal-f2046bee','hotline',NULL,'[]','Europe/Paris','2026-11-28 10:15:39.237397',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('zian51rbfn4sb1zacwy7yxgo7g','agathe-aae1802a','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:39.791303',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('ypy4pb8nwjigmt1guiai5e1u9w','bilal-3fdda10b','hotline',NULL,'[]','Europe/Paris','2026-11-28 10:15:39.816462',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('hrheoj374rqmby4zsqs4zbyusw','agathe-a2e146f0','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:40.242557',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('313h6s378twrfrnj65a8youqpf','bilal-54a4912b','hotline',NULL,'[]','Europe/Paris','2026-11-28 10:15:40.271573',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('m9hmaaatp5cqkrc7xr43dc3own','agathe-2e7a742a','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:40.816782',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('597xe17pyqckgr4ijog73xbdfx','bilal-8d0ac238','hotline',NULL,'[]','Europe/Paris','2026-11-28 10:15:40.845019',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('iifwt5kypeuuz9cfzxzrwd3498','agathe-dab2f55b','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:41.363417',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('utcrb5oak6c1n6c14wcb4reo71','bilal-a46815ce','hotline',NULL,'[]','Europe/Paris','2026-11-28 10:15:41.372419',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('iqrip8ztstpb6cdjmj6wfcnxwc','agathe-4e277cd0','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:41.868660',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('bmnc49nra1ey9xc79nphjztmba','bilal-728e3b40','hotline',NULL,'[]','Europe/Paris','2026-11-28 10:15:41.892892',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('kkff6d9d8wa6mrrgey376bjc5t','agathe-52934296','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:42.470458',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('b9izqmia8sdpzqq9489epccq78','bilal-90685cf0','hotline',NULL,'[]','Europe/Paris','2026-11-28 10:15:42.493952',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('3y5t3kdzbn1h7cb8hkroo1fj4t','agathe-27f3dc7f','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:42.869492',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('rc6q3rb3du9hhksp1zsy3uyyf7','bilal-b7881ba4','hotline',NULL,'[]','Europe/Paris','2026-11-28 10:15:42.900715',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('jczmafbgtscojkpdd3hrnxbhas','juliette-571525a8','conseiller','Maison de quartier','["69"]','Europe/Paris','2026-11-28 10:15:43.342125',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
INSERT INTO "person" VALUES('dzxy7ppipqnguasz3qz7k5brc9','agathe-2f16cb51','animateur',NULL,'[]','Europe/Paris','2026-11-28 10:15:43.360068',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]','[]','{}',0,0);
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
	ended_at DATETIME, voted INTEGER DEFAULT '0' NOT NULL,
	CONSTRAINT pk_poll PRIMARY KEY (number),
	CONSTRAINT uq_poll_key UNIQUE ("key")
);
INSERT INTO "poll" VALUES(1,'0cbdd1e6c81c211431963c1c02','yopxwzuepdx4mqga35xtd916sq','Quels outils vous manquent ?','["Visio", "Agenda partag\u00e9", "Rien de tout cela"]',0,1,0,'[]','{"pngs5ugcm5afj884p6sikpez11": "Club"}','["pngs5ugcm5afj884p6sikpez11"]',0,0,NULL,'ended',1,0,'{"votes": 2, "counts": [], "places": []}','2026-11-28 10:15:14.650658','2026-11-28 10:15:14.695937','2026-12-05 10:15:14.636886','2026-12-05 10:15:15.637732',1);
INSERT INTO "poll" VALUES(2,'042aadb4c1f3e0b104a2657eab','85w3hzh95z8zz7guzwcbkyxazj','Outils-1881ad3f','["Visio", "Agenda partag\u00e9", "Rien de tout cela"]',1,0,0,'[]','{"a61r7u45sqsk519sj4d5uq5765": "Club"}','["a61r7u45sqsk519sj4d5uq5765"]',0,0,NULL,'ended',1,0,'{"votes": 2, "counts": [1, 1, 1], "places": []}','2026-11-28 10:15:16.689025','2026-11-28 10:15:16.717177','2026-12-05 10:15:16.667658','2026-12-05 10:15:17.668657',2);
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
INSERT INTO "poll_crowd" VALUES(1,'[]');
INSERT INTO "poll_crowd" VALUES(2,'[]');
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
INSERT INTO "poll_vote" VALUES(2,'85w3hzh95z8zz7guzwcbkyxazj',1,'69','2026-11-28 10:15:17.883169');
INSERT INTO "poll_vote" VALUES(2,'6umj66utii51jo5ku593ojx4qb',6,'69','2026-11-28 10:15:17.924070');
CREATE TABLE poll_voter (
	poll INTEGER NOT NULL,
	user_id VARCHAR(26) NOT NULL,
	CONSTRAINT pk_poll_voter PRIMARY KEY (poll, user_id)
)
 WITHOUT ROWID

;
CREATE TABLE quota_use (
	user_id VARCHAR(26) NOT NULL,
	kind VARCHAR(16) NOT NULL,
	day DATE NOT NULL,
	used INTEGER NOT NULL,
	CONSTRAINT pk_quota_use PRIMARY KEY (user_id, kind, day)
);
INSERT INTO "quota_use" VALUES('fx4x4tc7iqt3opoocxoddtpyau','demande','2026-11-28',1);
INSERT INTO "quota_use" VALUES('5pqpu1z4gifrzndb1cz1p6hqzb','demande','2026-11-28',1);
INSERT INTO "quota_use" VALUES('h58fgb5x1zd44jbw819qdhyfwy','demande','2026-11-28',1);
INSERT INTO "quota_use" VALUES('rrb6nx74ywim7ten4kgtpjdse6','fiche','2026-11-28',1);
INSERT INTO "quota_use" VALUES('4tow8zoakhfbi34fjbiu1a4554','besoin','2026-11-28',1);
INSERT INTO "quota_use" VALUES('67s55hbqc44w8qxwygykz5t65w','besoin','2026-11-28',1);
INSERT INTO "quota_use" VALUES('yopxwzuepdx4mqga35xtd916sq','sondage','2026-11-28',1);
INSERT INTO "quota_use" VALUES('85w3hzh95z8zz7guzwcbkyxazj','sondage','2026-11-28',1);
INSERT INTO "quota_use" VALUES('6j8xr4oajpjqw5p4h4djzgrgem','evenement','2026-11-29',1);
INSERT INTO "quota_use" VALUES('tgnnxs83a9jfz33micfqwc8zcq','contact','2026-11-28',1);
INSERT INTO "quota_use" VALUES('gcqfcxya767tgffyrxw58gj4f8','signalement','2026-11-28',1);
INSERT INTO "quota_use" VALUES('n3wydmym3yz8n1h3a8yg4tcncx','signalement','2026-11-28',1);
INSERT INTO "quota_use" VALUES('487jtru84ej37ui7nde6889i96','signalement','2026-11-28',1);
INSERT INTO "quota_use" VALUES('kd5yaw93rpfijobiqaoxqz86sr','demande','2026-11-28',2);
INSERT INTO "quota_use" VALUES('dffzr9d9psqb8fnga4grnbd8yb','demande','2026-11-28',1);
INSERT INTO "quota_use" VALUES('tms6pcje18ddkdu8jkfahofeny','demande','2026-11-28',1);
INSERT INTO "quota_use" VALUES('enuah6mfiy8k3351i87tom1xma','demande','2026-11-28',1);
CREATE TABLE read_cursor (
	name VARCHAR(80) NOT NULL,
	at DATETIME NOT NULL,
	CONSTRAINT pk_read_cursor PRIMARY KEY (name)
);
INSERT INTO "read_cursor" VALUES('events','2026-11-28 10:15:29.950000');
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
	revision INTEGER NOT NULL, reason VARCHAR(500) DEFAULT '' NOT NULL, deposited_by VARCHAR(26) DEFAULT '' NOT NULL, source_post VARCHAR(26) DEFAULT '' NOT NULL, ticket INTEGER, files JSON DEFAULT '{}' NOT NULL, post_id VARCHAR(26) DEFAULT '' NOT NULL, channel_id VARCHAR(26) DEFAULT '' NOT NULL, thread_post VARCHAR(26) DEFAULT '' NOT NULL, showing INTEGER DEFAULT '0' NOT NULL, question VARCHAR(500) DEFAULT '' NOT NULL, version INTEGER DEFAULT '1' NOT NULL, published_at DATETIME, review_on DATE, reviews INTEGER DEFAULT '0' NOT NULL,
	CONSTRAINT pk_resource PRIMARY KEY (id),
	CONSTRAINT uq_resource_key UNIQUE ("key")
);
INSERT INTO "resource" VALUES(1,'titre:ab79f7945b83d214b21c7839f7a63e64e5973de95b47bc2d','','Imprimer en relief','','','',0,'','','','','','','2025-01-01','withdrawn','','2026-11-24 12:00:00.000000','2026-11-24 12:00:00.000000',13,'','','',NULL,'{}','','','',0,'',1,NULL,NULL,0);
INSERT INTO "resource" VALUES(2,'titre:b57464bee816e9cbff1de83af30c02564d86817cbd437b1a','','Écrire un CV *simple*','','','',256,'','','','','juliette','nxpofum75341pup47cr3khei9k','2025-01-01','published','','2026-11-24 12:00:00.000000','2026-11-24 12:00:00.000000',14,'','nxpofum75341pup47cr3khei9k','',NULL,'{}','','','',0,'',1,'2026-11-28 10:15:14.044648',NULL,0);
INSERT INTO "resource" VALUES(3,'titre:f7a55e7d034ed2b5b41232c9702b1bf29a6d83137a964265','','L’entretien','','','',256,'','','','','juliette','nxpofum75341pup47cr3khei9k','2025-01-01','published','','2026-11-24 12:00:00.000000','2026-11-24 12:00:00.000000',15,'','nxpofum75341pup47cr3khei9k','',NULL,'{}','','','',0,'',1,'2026-11-28 10:15:14.056366',NULL,0);
INSERT INTO "resource" VALUES(4,'titre:beaefd0f0ecb7caaa3f603fe54b2c9872c12e3dc91b60ae6','','La boîte mail','','','',4,'','','','','juliette','nxpofum75341pup47cr3khei9k','2025-01-01','published','','2026-11-24 12:00:00.000000','2026-11-24 12:00:00.000000',16,'','nxpofum75341pup47cr3khei9k','',NULL,'{}','','','',0,'',1,'2026-11-28 10:15:14.064048',NULL,0);
INSERT INTO "resource" VALUES(5,'titre:b53107434f18c8a764a1fdffd2a5a45a982edb12c8c68b07','','Pendant la pause','','','',256,'','','','','juliette','nxpofum75341pup47cr3khei9k','2025-01-01','published','','2026-11-24 12:00:00.000000','2026-11-24 12:00:00.000000',17,'','nxpofum75341pup47cr3khei9k','',NULL,'{}','','','',0,'',1,'2026-12-07 08:00:00.125638',NULL,0);
CREATE TABLE resource_collected (
	collection INTEGER NOT NULL,
	resource INTEGER NOT NULL,
	place INTEGER NOT NULL,
	"by" VARCHAR(26) NOT NULL,
	at DATETIME NOT NULL,
	CONSTRAINT pk_resource_collected PRIMARY KEY (collection, resource)
);
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
INSERT INTO "resource_collection" VALUES(1,'bureautique seniors 1','Bureautique seniors 1','Pour les ateliers du mardi','jgon19jt4bu9e8yhb4m5mpabyx',0,'','',NULL,'2026-11-28 10:15:13.189239');
CREATE TABLE resource_comment (
	id INTEGER NOT NULL,
	resource INTEGER NOT NULL,
	user_id VARCHAR(26) NOT NULL,
	waits TEXT NOT NULL,
	post_id VARCHAR(26) NOT NULL,
	at DATETIME NOT NULL,
	CONSTRAINT pk_resource_comment PRIMARY KEY (id)
);
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
CREATE TABLE resource_mark (
	resource INTEGER NOT NULL,
	user_id VARCHAR(26) NOT NULL,
	mark VARCHAR(16) NOT NULL,
	at DATETIME NOT NULL,
	CONSTRAINT pk_resource_mark PRIMARY KEY (resource, user_id, mark)
);
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
INSERT INTO "resource_need" VALUES('need:2b3e431ca1bbdce64e6e63135dddc17b558851b7b8270e8d','4tow8zoakhfbi34fjbiu1a4554','imprimante braille','Pour un atelier.','2026-11-28 10:15:13.536423',1,'z3g7jeb7a9jgzf4aqjwbr95e4s','2026-11-28 10:15:13.757656');
INSERT INTO "resource_need" VALUES('need:2b3e431ca1bbdce64e6e63135dddc17b558851b7b8270e8d','67s55hbqc44w8qxwygykz5t65w','imprimantes en braille','','2026-11-28 10:15:13.678866',1,'z3g7jeb7a9jgzf4aqjwbr95e4s','2026-11-28 10:15:13.757656');
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
INSERT INTO "resource_stamp" VALUES(1,17);
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
INSERT INTO "stats_secret" VALUES(1,X'5C35D12F3C2B21C7C75B9170328F0885B04A6C3BC5D4F8B7777B312A02FE82E6');
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
INSERT INTO "theme_follow" VALUES('3pwfpgptqp8atz7qu18camcct7','trouver emploi',1,'2026-11-28 10:15:14.029543','2026-12-07 08:00:00.004940');
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
INSERT INTO "ticket" VALUES(1,'85rytieZclnocVFy7U7vQg','espace-coop','autre','genant','La première','','la premiere','','','[]','{}','','','fx4x4tc7iqt3opoocxoddtpyau','camille-d0c6dca3','69','','nouveau',NULL,'',NULL,'krhwkxxyyqz6dcupg17x8bjdgu','x4668yyrup8w9d9msfsu3sr1n7','2026-11-28 10:15:09.675231',NULL,NULL,NULL,'2026-11-28 10:15:09.675231',0,0,NULL,0,'',0,NULL,0);
INSERT INTO "ticket" VALUES(2,'wKFikbXYNf56CkMhFDH6jw','metier','autre','genant','La première','','la premiere','','','[]','{}','','','5pqpu1z4gifrzndb1cz1p6hqzb','camille-d11bf56c','69','','nouveau',NULL,'',NULL,'76fuswt3tcwkao35oonhiwd7e1','uaiz4fhw6bi8kik5dch6yfjgcg','2026-11-28 10:15:10.284755',NULL,NULL,NULL,'2026-11-28 10:15:10.284755',0,0,NULL,0,'',0,NULL,0);
INSERT INTO "ticket" VALUES(3,'_L3aTyxA51P4ijnfN3ZZuw','espace-coop','autre','genant','L’export reste vide','Depuis ce matin.','l export reste vide depuis ce matin.','','','[]','{}','','','h58fgb5x1zd44jbw819qdhyfwy','juliette-b56bd416','69','a97ng1btbpubjz3mruu7yk49zk','resolu','resolu','Vider le cache.',NULL,'jm6bdc8xxy9j49bnbajiewb37p','7pang8ho87f3cpptfcwy8ghuq6','2026-11-28 10:15:11.153294','2026-11-28 10:15:11.396632','2026-11-28 10:15:11.774706',NULL,NULL,0,0,NULL,1,'',1,NULL,6);
INSERT INTO "ticket" VALUES(4,'-WcvYNdatDkJRaje7W9tug','espace-coop','autre','genant','Plus de zadig-500b422c','','plus de zadig 500b422c','','','[]','{}','','','kd5yaw93rpfijobiqaoxqz86sr','c069-729f8bf2','69','rs98fh8aa1u8r3m3gb3qdq8qin','resolu','panne','',NULL,'q9xps7e3qrj3fgosga4wc1sx6u','h8f4hcyz83mmimi5dy9e9z17nc','2026-11-28 10:15:33.802300','2026-11-28 10:15:34.516363','2026-11-28 10:15:35.572973',NULL,NULL,0,0,NULL,0,'',1,1,3);
INSERT INTO "ticket" VALUES(5,'Pxa5dc1t5xvmlKwlpzHRFg','espace-coop','autre','genant','Plus de zadig-500b422c','','plus de zadig 500b422c','','','[]','{}','','','dffzr9d9psqb8fnga4grnbd8yb','c138-7c241c96','38','rs98fh8aa1u8r3m3gb3qdq8qin','resolu','panne','',NULL,'k8hf6ziai53s14619nwfefpkaz','5ii13c4d4nh9bpkbizm74zim33','2026-11-28 10:15:33.963427','2026-11-28 10:15:34.516363','2026-11-28 10:15:35.572973',NULL,NULL,0,0,NULL,0,'',1,1,3);
INSERT INTO "ticket" VALUES(6,'XRGryYT2aa-sXXMcYyt9Gg','espace-coop','autre','genant','Plus de zadig-500b422c','','plus de zadig 500b422c','','','[]','{}','','','tms6pcje18ddkdu8jkfahofeny','c269-58b9d7d2','69','rs98fh8aa1u8r3m3gb3qdq8qin','resolu','panne','',NULL,'foyza6rm5fjhcd93wf6s4seq8q','qo3mx419wya17n514sasyuc7g8','2026-11-28 10:15:34.008720','2026-11-28 10:15:34.516363','2026-11-28 10:15:35.572973',NULL,NULL,0,0,NULL,0,'',1,1,3);
INSERT INTO "ticket" VALUES(7,'2qN2YBcYkVuIE2G6nkS-uQ','espace-coop','autre','genant','zadig-500b422c absent depuis midi','','zadig 500b422c absent depuis midi','','','[]','{}','','','enuah6mfiy8k3351i87tom1xma','lea-428c2433','974','rs98fh8aa1u8r3m3gb3qdq8qin','resolu','panne','',NULL,'w3gbymmkrx6dr3mpcmszz3sosx','rx7j4xo3dsrpcne4xm1198yht1','2026-11-28 10:15:34.745736','2026-11-28 10:15:34.745736','2026-11-28 10:15:35.572973',NULL,NULL,0,0,NULL,0,'',1,1,3);
INSERT INTO "ticket" VALUES(8,'P55AtfoEzXKQNmVkRjcB_Q','espace-coop','autre','genant','Encore plus de zadig-500b422c','','encore plus de zadig 500b422c','','','[]','{}','','','kd5yaw93rpfijobiqaoxqz86sr','c069-729f8bf2','69','','nouveau',NULL,'',NULL,'tgcd3mcj33jy44amhzgy8xfw5f','h8f4hcyz83mmimi5dy9e9z17nc','2026-11-28 10:15:36.106118',NULL,NULL,NULL,'2026-11-28 10:15:36.106118',0,0,NULL,0,'',0,NULL,0);
CREATE TABLE ticket_card (
	ticket INTEGER NOT NULL,
	queue VARCHAR(16) NOT NULL,
	channel_id VARCHAR(26) NOT NULL,
	post_id VARCHAR(26) NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_ticket_card PRIMARY KEY (ticket, queue)
);
INSERT INTO "ticket_card" VALUES(1,'espace-coop','wzh1p9y65xyo5btfqjsj7r9i3u','fumtyd45gjurygtimfitx1kjx1',0);
INSERT INTO "ticket_card" VALUES(2,'metier','mzd1iq4gtpet9x8sqa64zdp6n9','sr57p5iwruzhn7o8a5rxuxqm5n',0);
INSERT INTO "ticket_card" VALUES(3,'espace-coop','wzh1p9y65xyo5btfqjsj7r9i3u','bdjwyrwbsuy5q1yhbkoqi6d61h',0);
INSERT INTO "ticket_card" VALUES(4,'espace-coop','wzh1p9y65xyo5btfqjsj7r9i3u','f3u7e9ysxpzxumrrpoei3q3z7o',0);
INSERT INTO "ticket_card" VALUES(5,'espace-coop','wzh1p9y65xyo5btfqjsj7r9i3u','r3cjrnq4jkct5yju3doh1coehg',0);
INSERT INTO "ticket_card" VALUES(6,'espace-coop','wzh1p9y65xyo5btfqjsj7r9i3u','87g71kkr7j1t8cmtrw8mhnfix4',0);
INSERT INTO "ticket_card" VALUES(7,'espace-coop','wzh1p9y65xyo5btfqjsj7r9i3u','eofzauxo5beoh3kcxn4t7rx6q8',1);
INSERT INTO "ticket_card" VALUES(8,'espace-coop','wzh1p9y65xyo5btfqjsj7r9i3u','58ubieurganchb6rwzp5ycc3cd',0);
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
INSERT INTO "ticket_incident" VALUES(1,'espace-coop','zadig-500b422c arrêté','rs98fh8aa1u8r3m3gb3qdq8qin','[4, 5, 6]','Tout est revenu.','2026-11-28 10:15:34.239761','2026-11-28 10:15:35.332820');
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
INSERT INTO "ticket_line" VALUES('4jxqtuqjcnxfc4ktj57h96b5j7',3,'room','a97ng1btbpubjz3mruu7yk49zk','2026-11-28 10:15:11.396632','newrmhq939hsy7jhye4cfi88xo','7pang8ho87f3cpptfcwy8ghuq6',0,NULL,'[]',NULL,0);
INSERT INTO "ticket_line" VALUES('o8qini1bxf9m5reaqqg4u97m9i',3,'direct','h58fgb5x1zd44jbw819qdhyfwy','2026-11-28 10:15:11.662915','kgatoo9ow3i5ytfqy6g8p3zdft','wzh1p9y65xyo5btfqjsj7r9i3u',0,NULL,'[]',NULL,0);
CREATE TABLE ticket_move (
	id INTEGER NOT NULL,
	ticket INTEGER NOT NULL,
	at DATETIME NOT NULL,
	"by" VARCHAR(26) NOT NULL,
	move VARCHAR(16) NOT NULL,
	state VARCHAR(16) NOT NULL,
	note VARCHAR(300) NOT NULL, internal VARCHAR(300) DEFAULT '' NOT NULL, whom VARCHAR(26) DEFAULT '' NOT NULL, queue VARCHAR(16) DEFAULT '' NOT NULL,
	CONSTRAINT pk_ticket_move PRIMARY KEY (id)
);
INSERT INTO "ticket_move" VALUES(1,1,'2026-11-28 10:15:09.675231','fx4x4tc7iqt3opoocxoddtpyau','ouvrir','nouveau','','','','');
INSERT INTO "ticket_move" VALUES(2,2,'2026-11-28 10:15:10.284755','5pqpu1z4gifrzndb1cz1p6hqzb','ouvrir','nouveau','','','','');
INSERT INTO "ticket_move" VALUES(3,3,'2026-11-28 10:15:11.153294','h58fgb5x1zd44jbw819qdhyfwy','ouvrir','nouveau','','','','');
INSERT INTO "ticket_move" VALUES(4,3,'2026-11-28 10:15:11.316336','a97ng1btbpubjz3mruu7yk49zk','prendre','pris','','','','');
INSERT INTO "ticket_move" VALUES(5,3,'2026-11-28 10:15:11.396632','a97ng1btbpubjz3mruu7yk49zk','repondre','pris','','','','');
INSERT INTO "ticket_move" VALUES(6,3,'2026-11-28 10:15:11.662915','h58fgb5x1zd44jbw819qdhyfwy','repliquer','pris','','','','');
INSERT INTO "ticket_move" VALUES(7,3,'2026-11-28 10:15:11.774706','a97ng1btbpubjz3mruu7yk49zk','resoudre','resolu','résolu','','','');
INSERT INTO "ticket_move" VALUES(8,4,'2026-11-28 10:15:33.802300','kd5yaw93rpfijobiqaoxqz86sr','ouvrir','nouveau','','','','');
INSERT INTO "ticket_move" VALUES(9,5,'2026-11-28 10:15:33.963427','dffzr9d9psqb8fnga4grnbd8yb','ouvrir','nouveau','','','','');
INSERT INTO "ticket_move" VALUES(10,6,'2026-11-28 10:15:34.008720','tms6pcje18ddkdu8jkfahofeny','ouvrir','nouveau','','','','');
INSERT INTO "ticket_move" VALUES(11,4,'2026-11-28 10:15:34.516363','rs98fh8aa1u8r3m3gb3qdq8qin','rattacher','nouveau','n° 1','','','');
INSERT INTO "ticket_move" VALUES(12,5,'2026-11-28 10:15:34.516363','rs98fh8aa1u8r3m3gb3qdq8qin','rattacher','nouveau','n° 1','','','');
INSERT INTO "ticket_move" VALUES(13,6,'2026-11-28 10:15:34.516363','rs98fh8aa1u8r3m3gb3qdq8qin','rattacher','nouveau','n° 1','','','');
INSERT INTO "ticket_move" VALUES(14,7,'2026-11-28 10:15:34.745736','enuah6mfiy8k3351i87tom1xma','ouvrir','nouveau','','','','');
INSERT INTO "ticket_move" VALUES(15,7,'2026-11-28 10:15:34.745736','','rattacher','nouveau','n° 1','','','');
INSERT INTO "ticket_move" VALUES(16,4,'2026-11-28 10:15:35.572973','rs98fh8aa1u8r3m3gb3qdq8qin','resoudre','resolu','panne n° 1','','','');
INSERT INTO "ticket_move" VALUES(17,5,'2026-11-28 10:15:35.572973','rs98fh8aa1u8r3m3gb3qdq8qin','resoudre','resolu','panne n° 1','','','');
INSERT INTO "ticket_move" VALUES(18,6,'2026-11-28 10:15:35.572973','rs98fh8aa1u8r3m3gb3qdq8qin','resoudre','resolu','panne n° 1','','','');
INSERT INTO "ticket_move" VALUES(19,7,'2026-11-28 10:15:35.572973','rs98fh8aa1u8r3m3gb3qdq8qin','resoudre','resolu','panne n° 1','','','');
INSERT INTO "ticket_move" VALUES(20,8,'2026-11-28 10:15:36.106118','kd5yaw93rpfijobiqaoxqz86sr','ouvrir','nouveau','','','','');
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
	queue VARCHAR(16) NOT NULL, fiches JSON DEFAULT '[]' NOT NULL, fiche INTEGER,
	CONSTRAINT pk_ticket_wish PRIMARY KEY ("key")
);
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
INSERT INTO "watched_member" VALUES('team','a97ng1btbpubjz3mruu7yk49zk',1,0,0,NULL,NULL);
INSERT INTO "watched_member" VALUES('team','h58fgb5x1zd44jbw819qdhyfwy',1,0,0,NULL,NULL);
INSERT INTO "watched_member" VALUES('team','fx4x4tc7iqt3opoocxoddtpyau',1,0,1,'2026-11-28 10:15:09.811438','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','5pqpu1z4gifrzndb1cz1p6hqzb',1,0,1,'2026-11-28 10:15:10.099013','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','rrb6nx74ywim7ten4kgtpjdse6',1,0,1,'2026-11-28 10:15:12.931303','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','4pt3hyf6txzku88up5bg7w4pqy',1,0,1,'2026-11-28 10:15:12.978597','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','fsz6fw5rydsrxaj7kj77d1gsot',1,0,1,'2026-11-28 10:15:13.044655','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','fpo56uheyouawfzgpa4asrkshx',1,0,1,'2026-11-28 10:15:12.575206','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','fcxmo4k4zbjr9w9zeks9cx9k5f',1,0,1,'2026-11-28 10:15:12.754611','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','n58ycnmxd7p9hnncycx5n71y5o',1,0,1,'2026-11-28 10:15:12.877105','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','apbh54kmejiaaobe8h6gpb1beb',1,0,1,'2026-11-28 10:15:12.972448','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','jgon19jt4bu9e8yhb4m5mpabyx',1,0,1,'2026-11-28 10:15:13.128637','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','nfx9hui1ai1d6ca7tjydk5iikq',1,0,1,'2026-11-28 10:15:13.176286','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','4tow8zoakhfbi34fjbiu1a4554',1,0,1,'2026-11-28 10:15:13.420842','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','z3g7jeb7a9jgzf4aqjwbr95e4s',1,0,1,'2026-11-28 10:15:13.514443','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','67s55hbqc44w8qxwygykz5t65w',1,0,1,'2026-11-28 10:15:13.654814','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','3pwfpgptqp8atz7qu18camcct7',1,0,1,'2026-11-28 10:15:13.939998','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','nxpofum75341pup47cr3khei9k',1,0,1,'2026-11-28 10:15:14.047814','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','yopxwzuepdx4mqga35xtd916sq',1,0,1,'2026-11-28 10:15:14.595907','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','3hcyxsy5pg3cd4egbdk6afbah7',1,0,1,'2026-11-28 10:15:14.645130','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','85w3hzh95z8zz7guzwcbkyxazj',1,0,1,'2026-11-28 10:15:16.605704','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','6umj66utii51jo5ku593ojx4qb',1,0,1,'2026-11-28 10:15:16.680048','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','6j8xr4oajpjqw5p4h4djzgrgem',1,0,1,'2026-11-29 08:00:18.544197','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','fpyhdtpbso9jaiuxgdm41pw54u',1,0,1,'2026-11-29 08:00:18.655399','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','p6njr7sog1rj1oqyxdtcu6rcit',1,0,1,'2026-11-29 08:00:18.789463','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','8cmhz1jroztigz3tejs1bk8q9f',1,0,1,'2026-11-29 08:00:18.903727','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','zjihrd3y8wdw5rgunswaptk1kt',1,0,1,'2026-11-29 08:00:18.943060','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','f85ckgg7awird59a4p6oxy6y6h',1,0,1,'2026-11-28 10:15:19.534565','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','tgnnxs83a9jfz33micfqwc8zcq',1,0,1,'2026-11-28 10:15:21.162285','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','dphk4r5h557hex1p14tqgic373',1,0,1,'2026-11-28 10:15:21.231881','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','bfhpxuq4w15ere6s6oa5xg15yb',1,0,1,'2026-11-28 10:15:21.392166','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','k5oxx3cw7nhzr3g4j9a6c3annm',1,0,1,'2026-11-28 10:15:21.534046','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','g1erg3ah5khiw7nbr6tk9pywkp',1,0,1,'2026-11-28 10:15:21.729031','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','gntpp5jp8ja3nhuiy3btz1epo7',1,0,1,'2026-11-28 10:15:21.892954','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','yut6i5cmefh5jbkx4fghaadk1d',1,0,1,'2026-11-28 10:15:21.995157','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','i6zy918mpc3mdwjfk8jgc7tkcq',1,0,1,'2026-11-28 10:15:23.058352','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','1kww5o6pny9jhi5qcob6o4cpue',1,0,1,'2026-11-28 10:15:23.112203','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','gcqfcxya767tgffyrxw58gj4f8',1,0,1,'2026-11-28 10:15:23.207173','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','n3wydmym3yz8n1h3a8yg4tcncx',1,0,1,'2026-11-28 10:15:23.279097','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','3yfqhsgxandugrqkiropkwrjs4',1,0,1,'2026-11-28 10:15:23.381890','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','fkbg5x1g83wmcsrkj4o5ggkkwd',1,0,1,'2026-11-28 10:15:23.489020','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','nomj8a3bn59xg45geay9eo6ybb',1,0,1,'2026-11-28 10:15:23.523717','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','m5jtjxg5b5xj1oihkg6hjinuzf',1,0,1,'2026-11-28 10:15:24.458601','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','6eq46hcupqpbd4o8aznud4bhkh',1,0,1,'2026-11-28 10:15:24.514912','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','8du3amkmwjhbpgx3z5qih9jhg7',1,0,1,'2026-11-28 10:15:24.590052','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','88q63y98tap8e1ihnpzppf16ym',1,0,1,'2026-11-28 10:15:24.639925','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','487jtru84ej37ui7nde6889i96',1,0,1,'2026-11-28 10:15:27.056564','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','mxbc1ipzuxmymnr9jmzykzkcao',1,0,1,'2026-11-28 10:15:27.108351','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','ko6wnpyun6fju3sadkokn8r7a5',1,0,1,'2026-11-28 10:15:27.157797','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','tz8431uasbzupq9e6iruhuyb3x',1,0,1,'2026-11-28 10:15:27.197001','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','3upg69hrt1fjewoqx1cdf74xif',1,0,1,'2026-11-28 10:15:27.251588','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','j65jcb88r6c7ntztr53bw6jmus',1,0,1,'2026-11-28 10:15:26.832105','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','ygcx55jtgbtwsuz3e7f31194id',1,0,1,'2026-11-30 09:00:00.013346','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','386phw4ne98ww4saoqkyo381jx',1,0,1,'2026-11-30 09:00:00.075575','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','xrue51bj8nrwk4af17sww3x9fs',1,0,1,'2026-11-30 09:00:00.024186','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','qdahik3wfd8rdi9mpg7y3jekq3',1,0,1,'2026-11-30 09:00:00.122586','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','pgxden7rdnzfug5kjo3szu15d3',1,0,1,'2026-11-30 09:00:00.019560','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','9qnmsiy3m6pk8tb6amsz89czc4',1,0,1,'2026-11-30 09:00:00.116282','ad916cbaebc04e36');
INSERT INTO "watched_member" VALUES('team','arzjychf9p91sx5kyombfqyqo6',1,0,1,'2026-11-28 10:15:28.255938','5a04cb9f828ad0bf');
INSERT INTO "watched_member" VALUES('team','6zoizqutpxwcnb65wi9fys1jpd',1,0,1,'2026-11-28 10:15:29.167813','35c4ca6011ccf86b');
INSERT INTO "watched_member" VALUES('team','m4ffjzuiuxz6nfnpmhe3noohfx',1,0,1,'2026-11-28 10:15:29.281979','35c4ca6011ccf86b');
INSERT INTO "watched_member" VALUES('team','tfxdcrbgia3dq1im4wxxadxykt',1,0,3,'2026-11-28 10:15:32.212129','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','4ynpbs8qtrke43h8supow115io',1,0,1,'2026-11-28 10:15:30.685160','46aac10a06a4fb51');
INSERT INTO "watched_member" VALUES('team','9ehooaa5c7r7c7jncjqxxxejfk',1,0,1,'2026-11-28 10:15:30.821314','46aac10a06a4fb51');
INSERT INTO "watched_member" VALUES('team','c3afwhr5sfhef1axig9occdbdj',1,0,1,'2026-11-28 10:15:32.061607','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','jfpa59ypumd4mx5kztr35us746',1,0,1,'2026-11-28 10:15:32.110968','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','3ozpe9wkrqx9m9ajp3dorg3ypi',1,0,1,'2026-11-28 10:15:32.977185','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','gw6a9orw5dbb4xnepbpa7z9zww',1,0,1,'2026-11-28 10:15:33.113056','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','rs98fh8aa1u8r3m3gb3qdq8qin',1,0,1,'2026-11-28 10:15:33.344732','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','igt8nd9wioaphf8m5jpanu6urg',1,0,1,'2026-11-28 10:15:33.555997','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','kd5yaw93rpfijobiqaoxqz86sr',1,0,1,'2026-11-28 10:15:33.693369','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','dffzr9d9psqb8fnga4grnbd8yb',1,0,1,'2026-11-28 10:15:33.931483','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','tms6pcje18ddkdu8jkfahofeny',1,0,1,'2026-11-28 10:15:33.992959','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','enuah6mfiy8k3351i87tom1xma',1,0,1,'2026-11-28 10:15:34.690540','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','wnuwmkftctgwciq5q7t3axwb9f',1,0,1,'2026-11-28 10:15:36.437146','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','sptm5t1q4boto7p9bdmuj8s4yi',1,0,1,'2026-11-28 10:15:36.672551','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','e8kpca684yp7pr8kfy8n9uc8hm',1,0,1,'2026-11-28 10:15:36.906419','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','73mwre1joxh6ij7uedp3bd9hra',1,0,1,'2026-11-28 10:15:37.084558','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','jejxqwodekfy6ki9fyz66j73i3',1,0,1,'2026-11-30 09:00:00.009532','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','bm38qtgpkrg488oar3kbh7wqud',1,0,1,'2026-11-30 09:00:00.063463','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','1wgqchjpgj37fx8d9ozbfnxowr',1,0,1,'2026-11-30 09:00:00.010303','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','jxkdgbr3i3ajqeakr9hyhrkmth',1,0,1,'2026-11-30 09:00:00.176877','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','zian51rbfn4sb1zacwy7yxgo7g',1,0,1,'2026-11-30 09:00:00.027031','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','ypy4pb8nwjigmt1guiai5e1u9w',1,0,1,'2026-11-30 09:00:00.111022','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','hrheoj374rqmby4zsqs4zbyusw',1,0,1,'2026-11-30 09:00:00.031595','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','313h6s378twrfrnj65a8youqpf',1,0,1,'2026-11-30 09:00:00.117213','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','m9hmaaatp5cqkrc7xr43dc3own',1,0,1,'2026-11-30 09:00:00.033361','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','597xe17pyqckgr4ijog73xbdfx',1,0,1,'2026-11-30 09:00:00.145434','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','iifwt5kypeuuz9cfzxzrwd3498',1,0,1,'2026-11-30 09:00:00.022166','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','utcrb5oak6c1n6c14wcb4reo71',1,0,1,'2026-11-30 09:00:00.121091','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','iqrip8ztstpb6cdjmj6wfcnxwc',1,0,1,'2026-11-30 09:00:00.029647','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','bmnc49nra1ey9xc79nphjztmba',1,0,1,'2026-11-30 09:00:00.190805','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','kkff6d9d8wa6mrrgey376bjc5t',1,0,1,'2026-11-30 09:00:00.030345','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','b9izqmia8sdpzqq9489epccq78',1,0,1,'2026-11-30 09:00:00.091156','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','3y5t3kdzbn1h7cb8hkroo1fj4t',1,0,1,'2026-11-30 09:00:00.010988','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','rc6q3rb3du9hhksp1zsy3uyyf7',1,0,1,'2026-11-30 09:00:00.078545','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','jczmafbgtscojkpdd3hrnxbhas',1,0,1,'2026-11-30 09:00:00.024525','92a1a88f86ea9f01');
INSERT INTO "watched_member" VALUES('team','dzxy7ppipqnguasz3qz7k5brc9',1,0,1,'2026-11-30 09:00:00.067120','92a1a88f86ea9f01');
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
INSERT INTO "watched_place" VALUES('team',0,'2026-11-28 10:15:33.569441',1,0,0,'','',0,0);
INSERT INTO "watched_place" VALUES('mzd1iq4gtpet9x8sqa64zdp6n9',1795860910646,'2026-11-28 10:15:33.569441',1,0,1795860910032,'hotline-metier','hotline-metier',1,0);
INSERT INTO "watched_place" VALUES('wzh1p9y65xyo5btfqjsj7r9i3u',1795860910476,'2026-11-28 10:15:33.569441',1,0,1795860909557,'hotline-espace-coop','hotline-espace-coop',1,0);
INSERT INTO "watched_place" VALUES('zmic7er1366x96cty7cgdboj6w',1795860910057,'2026-11-28 10:15:24.808889',0,0,1795860908210,'town-square','Town Square',0,0);
INSERT INTO "watched_place" VALUES('z6jwr36yj5sn6wk46but1umk6u',1795860911991,'2026-11-28 10:15:13.517504',1,0,1795860911977,'animation','Animation',1,0);
INSERT INTO "watched_place" VALUES('two4c13pwn5nq8pja1o4ne1dqz',1795860911995,'2026-11-28 10:15:33.569441',0,0,1795860911982,'ressourcerie','Ressourcerie',0,0);
INSERT INTO "watched_place" VALUES('kd8x3etydekwhh6ee8f6wz3tph',1795860913466,'2026-11-28 10:15:14.051165',1,0,1795860913459,'salon-81f67630','salon-81f67630',1,0);
INSERT INTO "watched_place" VALUES('55kt89xesrqxnmin1ufijbwunw',1795860918885,'2026-11-29 08:00:18.986659',1,0,1795860918673,'agenda-animation','Agenda-animation',1,0);
INSERT INTO "watched_place" VALUES('e6dq8ic3y8az36d8p4i4smdjmb',1795860918774,'2026-11-29 08:00:19.099704',1,0,1795860918722,'agenda-departement-69','Agenda-departement-69',1,0);
INSERT INTO "watched_place" VALUES('k4gjfn67f3xeogr1g989xy5dja',1795860918766,'2026-11-29 08:00:19.192705',0,0,1795860918699,'agenda-actualites','Agenda-actualites',0,0);
INSERT INTO "watched_place" VALUES('47dina1a4ubgp6pnzcr3kr3x4o',1795860922153,'2026-11-28 10:15:33.569441',1,0,1795860922140,'moderation','Moderation',1,0);
INSERT INTO "watched_place" VALUES('tg49oyoi9nyfi4c3rzb7hxd9r1',1795860923554,'2026-11-28 10:15:24.817940',1,0,1795860923539,'rhone','69 - Rhône',1,0);
INSERT INTO "watched_place" VALUES('63ogmzsm377wmf4c9js7csxd7o',1795860930030,'2026-11-28 10:15:30.171318',1,0,1795860930027,'dept-37127f43','69 - Rhône',1,0);
INSERT INTO "watched_place" VALUES('u9sii4ipctjfzrwgu5e4ckxmn3',1795860932416,'2026-11-28 10:15:32.630723',0,0,1795860932414,'journal-fb7447e9','Journal-fb7447e9',0,0);
CREATE TABLE welcome (
	person_id VARCHAR(26) NOT NULL,
	username VARCHAR(64) NOT NULL,
	role VARCHAR(16) NOT NULL,
	at DATETIME NOT NULL,
	charter VARCHAR(16),
	charter_at DATETIME,
	reminded_at DATETIME, filed_at DATETIME,
	CONSTRAINT pk_welcome PRIMARY KEY (person_id)
);
INSERT INTO "welcome" VALUES('arzjychf9p91sx5kyombfqyqo6','aaa-agathe-52c36e4d','animateur','2026-11-28 10:15:28.259143',NULL,NULL,NULL,NULL);
INSERT INTO "welcome" VALUES('srppcq8shmnzjzjnngs6jamqdb','lea-e86e3e01','conseiller','2026-11-28 10:15:28.401873','2026-1','2026-11-28 10:15:28.439702',NULL,NULL);
INSERT INTO "welcome" VALUES('6zoizqutpxwcnb65wi9fys1jpd','aab-agathe-76de60f9','animateur','2026-11-28 10:15:29.170497',NULL,NULL,NULL,NULL);
INSERT INTO "welcome" VALUES('m4ffjzuiuxz6nfnpmhe3noohfx','paul-986fbfaa','invite','2026-11-28 10:15:29.284725',NULL,NULL,NULL,NULL);
INSERT INTO "welcome" VALUES('tfxdcrbgia3dq1im4wxxadxykt','lea-881d51c3','conseiller','2026-11-28 10:15:30.226018',NULL,NULL,NULL,NULL);
INSERT INTO "welcome" VALUES('4ynpbs8qtrke43h8supow115io','omar-b2133bc6','coordinateur','2026-11-28 10:15:30.692026',NULL,NULL,NULL,NULL);
INSERT INTO "welcome" VALUES('9ehooaa5c7r7c7jncjqxxxejfk','zoe-fd21b4f5','conseiller','2026-11-28 10:15:30.824523',NULL,NULL,NULL,NULL);
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
INSERT INTO "work" VALUES('552dfa655f4cf917d5851b5327','work','actus.Harvest','{}','','done',2,2,NULL,NULL,'2026-11-28 10:15:09.088861','2026-11-28 10:15:09.445018','2026-11-28 10:15:09.792002',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('c1176e0af0a4d38c4c13d3491b','work','canaux.LookForNamesakes','{}','','done',0,NULL,NULL,NULL,'2026-11-28 10:15:09.299531','2026-11-28 10:15:09.664892','2026-11-28 10:15:09.864663',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('f64cf2943038ac169e93285af3','work','canaux.Check','{}','','done',115,115,NULL,NULL,'2026-11-28 10:15:09.314791','2026-11-28 10:15:09.813040','2026-11-28 10:15:11.105721',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('ef640bf474cd8bdf69476fa340','work','actus.Harvest','{}','','done',2,2,NULL,NULL,'2026-11-28 10:15:09.345332','2026-11-28 10:15:09.897145','2026-11-28 10:15:10.552657',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('e99945ed3d7ff662eb30cead6f','work','ressources.TellFollowers','{}','','done',1,NULL,NULL,NULL,'2026-11-30 08:00:00.019909','2026-11-30 08:00:00.021986','2026-11-30 08:00:00.206470',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('8400ecaf5ffcb35a9fac7d9580','work','ressources.TellFollowers','{}','','done',0,NULL,NULL,NULL,'2026-12-07 08:00:00.010966','2026-12-07 08:00:00.014532','2026-12-07 08:00:00.069933',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('8d29f367e6d172c5c1154130ab','work','sondage.Broadcast','{}','','done',1,1,NULL,NULL,'2026-11-28 10:15:14.701719','2026-11-28 10:15:14.712855','2026-11-28 10:15:15.798056',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('10d510c67313d99581242ad803','work','sondage.Retell','{}','','done',0,NULL,NULL,NULL,'2026-11-28 10:15:16.672291','2026-12-05 10:15:15.648728','2026-12-05 10:15:15.657281',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('62470f76c1e6749f21ce76ea1b','work','sondage.Conclude','{}','','done',1,1,NULL,NULL,'2026-12-05 10:15:15.645513','2026-12-05 10:15:15.664951','2026-12-05 10:15:15.691814',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('e9cc81504e5001520dbbba1ead','work','sondage.Broadcast','{}','','done',1,1,NULL,NULL,'2026-11-28 10:15:16.719812','2026-11-28 10:15:16.733015','2026-11-28 10:15:17.780156',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('a2b89ecca00379ae93b7eaeb6a','work','sondage.Retell','{}','','done',1,1,NULL,NULL,'2026-11-28 10:15:18.183169','2026-11-28 10:15:18.192451','2026-11-28 10:15:18.205801',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('c79eead32577a521310d6f4b41','work','sondage.Conclude','{}','','done',1,1,NULL,NULL,'2026-12-05 10:15:17.673455','2026-12-05 10:15:17.677172','2026-12-05 10:15:17.699042',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('a1bbda5859181d36eefe1d4d32','file','sondage.Picture','{}','','done',1,1,NULL,NULL,'2026-12-05 10:15:17.700598','2026-12-05 10:15:17.704151','2026-12-05 10:15:17.830143',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('b5a4bf61059a6afb4ea6912a12','work','annonce.Broadcast','{}','f85ckgg7awird59a4p6oxy6y6h','done',2,2,NULL,NULL,'2026-11-28 10:15:19.635151','2026-11-28 10:15:19.911923','2026-11-28 10:15:21.009940',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('830a05130c5b5a06535a42c2fe','work','moderation.ExcludeFrom','{}','','done',1,NULL,NULL,NULL,'2026-11-28 10:15:25.043324','2026-11-28 10:15:25.058483','2026-11-28 10:15:25.109202',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('ccad6c351840edc55de9984a28','work','membres.TellGuests','{}','','done',0,NULL,NULL,NULL,'2026-11-28 10:15:29.584725','2026-11-28 10:15:29.609909','2026-11-28 10:15:29.626273',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('9388109fe0fa6e0fc4c2ee6171','work','membres.TellNewcomers','{}','','done',0,NULL,NULL,NULL,'2026-11-28 10:15:30.526018','2026-11-28 10:15:30.550425','2026-11-28 10:15:30.564149',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('63af4968eac7e43af45574128b','work','membres.TellNewcomers','{}','','done',0,NULL,NULL,NULL,'2026-11-28 10:15:30.992026','2026-11-28 10:15:31.007846','2026-11-28 10:15:31.032258',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('c9bf018eb728807f9177c1351f','work','hotline.TellAll','{}','igt8nd9wioaphf8m5jpanu6urg','done',4,4,NULL,NULL,'2026-11-28 10:15:34.853493','2026-11-28 10:15:35.071520','2026-11-28 10:15:35.125330',NULL,NULL,0,NULL);
INSERT INTO "work" VALUES('088ad8a504ce39f976f08de330','work','hotline.TellAll','{}','rs98fh8aa1u8r3m3gb3qdq8qin','done',4,4,NULL,NULL,'2026-11-28 10:15:35.337700','2026-11-28 10:15:35.556140','2026-11-28 10:15:35.653708',NULL,NULL,0,NULL);
CREATE INDEX ix_person_username ON person (username);
CREATE INDEX ix_cra_author_id_cra_date ON cra (author_id, date);
CREATE INDEX ix_cra_departement_cra_date ON cra (departement, date);
CREATE INDEX ix_cra_departement_structure_cra_date ON cra (departement_structure, date);
CREATE INDEX ix_outgoing_rewritten ON outgoing (target) WHERE "where" = 'post';
CREATE INDEX ix_draft_user_id ON draft (user_id);
CREATE INDEX ix_cra_month_author_id_cra_month_month ON cra_month (author_id, month);
CREATE INDEX ix_cra_date ON cra (date);
CREATE INDEX ix_outgoing_topic ON outgoing (topic) WHERE topic IS NOT NULL;
CREATE INDEX ix_outgoing_given_up ON outgoing (created_at) WHERE not_before IS NULL AND delivered_at IS NULL;
CREATE INDEX ix_outgoing_passing ON outgoing (delivered_at) WHERE delivered_at IS NOT NULL AND (topic IS NULL OR substr(topic, 1, 6) = 'draft:');
CREATE INDEX ix_watched_member_user_id ON watched_member (user_id);
CREATE INDEX ix_outgoing_news ON outgoing (created_at) WHERE tells IS NOT NULL AND not_before IS NULL;
CREATE INDEX ix_work_waiting ON work (sort, person, created_at, not_before, topic, id) WHERE not_before IS NOT NULL;
CREATE INDEX ix_work_over ON work (updated_at) WHERE not_before IS NULL;
CREATE INDEX ix_outgoing_waiting ON outgoing (crowd, created_at, id, not_before) WHERE not_before IS NOT NULL;
CREATE INDEX ix_awaited_email ON awaited (email);
CREATE INDEX ix_contact_state ON contact (state);
CREATE INDEX ix_help_request_helper_id_at ON help_request (helper_id, at);
CREATE UNIQUE INDEX ix_announcement_said ON announcement (digest, round);
CREATE INDEX ix_channel_run_at ON channel_run (at);
CREATE INDEX ix_newcomer_day ON newcomer (day, "key");
CREATE INDEX ix_guest_day ON guest (day);
CREATE INDEX ix_ticket_source_post ON ticket (source_post);
CREATE INDEX ix_ticket_author_id ON ticket (author_id);
CREATE INDEX ix_ticket_agent_id ON ticket (agent_id);
CREATE INDEX ix_ticket_thread_post ON ticket (thread_post);
CREATE INDEX ix_ticket_incident ON ticket (incident);
CREATE INDEX ix_ticket_opened_at ON ticket (opened_at);
CREATE INDEX ix_ticket_state_queue ON ticket (state, queue);
CREATE INDEX ix_ticket_move_ticket ON ticket_move (ticket, id);
CREATE INDEX ix_ticket_card_post_id ON ticket_card (post_id);
CREATE INDEX ix_ticket_line_twin ON ticket_line (twin);
CREATE INDEX ix_ticket_line_ticket ON ticket_line (ticket, side, at);
CREATE INDEX ix_ticket_wish_author_id ON ticket_wish (author_id);
CREATE INDEX ix_ticket_wish_at ON ticket_wish (at);
CREATE INDEX ix_duty_turn_ends ON duty_turn (ends);
CREATE INDEX ix_duty_absence_ends ON duty_absence (ends);
CREATE INDEX ix_channel_change_batch ON channel_change (run_id, batch, n);
CREATE INDEX ix_resource_revision ON resource (revision);
CREATE INDEX ix_resource_source ON resource (source);
CREATE INDEX ix_resource_deposited_by ON resource (deposited_by);
CREATE INDEX ix_resource_source_post ON resource (source_post);
CREATE INDEX ix_resource_ticket ON resource (ticket);
CREATE INDEX ix_resource_post_id ON resource (post_id);
CREATE INDEX ix_resource_thread_post ON resource (thread_post);
CREATE INDEX ix_resource_published_at ON resource (published_at);
CREATE INDEX ix_resource_review_on ON resource (review_on);
CREATE INDEX ix_resource_mark_user_id ON resource_mark (user_id);
CREATE INDEX ix_resource_collection_owner_id ON resource_collection (owner_id);
CREATE INDEX ix_resource_collected_resource ON resource_collected (resource);
CREATE INDEX ix_resource_need_closed_at ON resource_need (closed_at);
CREATE INDEX ix_resource_comment_resource ON resource_comment (resource);
CREATE INDEX ix_resource_comment_post_id ON resource_comment (post_id);
CREATE INDEX ix_resource_link_check_checked_at ON resource_link_check (checked_at);
CREATE INDEX ix_news_item_author_id ON news_item (author_id);
CREATE INDEX ix_news_item_proposed_by ON news_item (proposed_by);
CREATE INDEX ix_news_item_post_id ON news_item (post_id);
CREATE INDEX ix_news_item_feed ON news_item (feed);
CREATE INDEX ix_news_item_found_at ON news_item (found_at);
CREATE INDEX ix_digest_at ON digest (at);
CREATE INDEX ix_digest_published_at ON digest (published_at);
CREATE INDEX ix_digest_state ON digest (state);
CREATE INDEX ix_digest_entry_digest ON digest_entry (digest);
CREATE INDEX ix_digest_entry_item ON digest_entry (item);
CREATE INDEX ix_agenda_event_ends_at ON agenda_event (ends_at);
CREATE INDEX ix_agenda_event_starts_at ON agenda_event (starts_at);
CREATE INDEX ix_agenda_event_author_id ON agenda_event (author_id);
CREATE INDEX ix_agenda_attendance_user_id ON agenda_attendance (user_id);
CREATE INDEX ix_poll_state ON poll (state, ends_at);
CREATE INDEX ix_journal_at ON journal (at);
CREATE INDEX ix_journal_object ON journal (object);
CREATE INDEX ix_journal_target_id ON journal (target_id);
CREATE INDEX ix_journal_actor ON journal (actor);
CREATE INDEX ix_moderation_case_author_id ON moderation_case (author_id);
CREATE INDEX ix_moderation_case_opened_at ON moderation_case (opened_at);
CREATE INDEX ix_moderation_case_state ON moderation_case (state);
CREATE INDEX ix_moderation_case_post_id ON moderation_case (post_id);
CREATE INDEX ix_moderation_report_reporter_id ON moderation_report (reporter_id);
CREATE INDEX ix_moderation_report_at ON moderation_report (at);
CREATE INDEX ix_moderation_measure_user_id ON moderation_measure (user_id);
CREATE INDEX ix_moderation_measure_case_id ON moderation_measure (case_id);
CREATE INDEX ix_moderation_appeal_case_id ON moderation_appeal (case_id);
CREATE INDEX ix_moderation_appeal_user_id ON moderation_appeal (user_id);
CREATE INDEX ix_moderation_hit_at ON moderation_hit (at);
CREATE INDEX ix_moderation_hit_case_id ON moderation_hit (case_id);
CREATE INDEX ix_moderation_hit_author_id ON moderation_hit (author_id);
CREATE INDEX ix_person_erasure_due_at ON person_erasure (due_at);
CREATE INDEX ix_ticket_duplicate_of ON ticket (duplicate_of);
CREATE INDEX ix_outgoing_acts ON outgoing (target) WHERE "where" = 'act' AND not_before IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('cra',26);
COMMIT;
