BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE appointment (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	ticket_id INTEGER NOT NULL, 
	why TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	words TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	by_id TEXT NOT NULL, 
	data JSON NOT NULL, 
	made_at DATETIME NOT NULL, 
	done_at DATETIME, 
	CONSTRAINT fk_appointment_ticket_id_ticket FOREIGN KEY(ticket_id) REFERENCES ticket (id)
);
INSERT INTO "appointment" VALUES(1,1,'call','2026-11-23 09:00:00.123456','Созвон','Иван','5','{"link":"https://example.com"}','2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456');
CREATE TABLE audit (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at DATETIME NOT NULL, 
	who TEXT NOT NULL, 
	what TEXT NOT NULL, 
	ticket_id INTEGER, 
	client_id INTEGER, 
	data JSON NOT NULL
);
INSERT INTO "audit" VALUES(1,'2026-11-23 09:00:00.123456','Иван','linked',1,1,'{"ё":[1,null]}');
CREATE TABLE belonging (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	client_id INTEGER NOT NULL, 
	organisation_id INTEGER NOT NULL, 
	sign TEXT NOT NULL, 
	value TEXT NOT NULL, 
	proven BOOLEAN NOT NULL, 
	state TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	ticket_id INTEGER, 
	at DATETIME NOT NULL, 
	CONSTRAINT fk_belonging_client_id_client FOREIGN KEY(client_id) REFERENCES client (id), 
	CONSTRAINT fk_belonging_organisation_id_organisation FOREIGN KEY(organisation_id) REFERENCES organisation (id)
);
INSERT INTO "belonging" VALUES(1,1,1,'domain','acme.example',1,'yes','desk',1,'2026-11-23 09:00:00.123456');
CREATE TABLE "client" (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT NOT NULL, 
	language TEXT NOT NULL, 
	spoken TEXT NOT NULL, 
	joined_to INTEGER, 
	created_at DATETIME NOT NULL, 
	organisation_id INTEGER, 
	banned_at DATETIME, 
	news_at DATETIME, 
	no_news_at DATETIME, 
	forgotten_at DATETIME, 
	banned_by TEXT NOT NULL, 
	ban_reason TEXT NOT NULL, 
	CONSTRAINT fk_client_organisation_id_organisation FOREIGN KEY(organisation_id) REFERENCES organisation (id)
);
INSERT INTO "client" VALUES(1,'Анна','','',NULL,'2026-11-23 09:00:00.123456',1,'2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456','Иван','брань');
INSERT INTO "client" VALUES(2,'A','en','ru',1,'2026-11-23 09:00:00.123456',NULL,NULL,NULL,NULL,NULL,'','');
CREATE TABLE "contact" (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	organisation_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	role TEXT NOT NULL, 
	news TEXT NOT NULL, 
	CONSTRAINT fk_contact_organisation_id_organisation FOREIGN KEY(organisation_id) REFERENCES organisation (id)
);
INSERT INTO "contact" VALUES(1,1,'Анна','бухгалтер','yes');
CREATE TABLE counter (
	name TEXT NOT NULL, 
	last INTEGER NOT NULL, 
	CONSTRAINT pk_counter PRIMARY KEY (name)
);
INSERT INTO "counter" VALUES('ticket',1);
CREATE TABLE detail (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	ticket_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	source TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	secret BOOLEAN NOT NULL, 
	waived BOOLEAN NOT NULL, 
	skipped BOOLEAN NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT fk_detail_ticket_id_ticket FOREIGN KEY(ticket_id) REFERENCES ticket (id), 
	CONSTRAINT uq_detail_ticket_id_name UNIQUE (ticket_id, name)
);
INSERT INTO "detail" VALUES(1,1,'version','2.1','client','Анна',1,0,0,'2026-11-23 09:00:00.123456');
CREATE TABLE domain (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	organisation_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	CONSTRAINT fk_domain_organisation_id_organisation FOREIGN KEY(organisation_id) REFERENCES organisation (id), 
	CONSTRAINT uq_domain_name UNIQUE (name)
);
INSERT INTO "domain" VALUES(1,1,'acme.example');
CREATE TABLE "door" (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	client_id INTEGER NOT NULL, 
	channel TEXT NOT NULL, 
	address TEXT NOT NULL, 
	name TEXT NOT NULL, 
	username TEXT NOT NULL, 
	place TEXT NOT NULL, 
	proof TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	used_at DATETIME NOT NULL, 
	shut_at DATETIME, 
	shut_reason TEXT NOT NULL, 
	claimed BOOLEAN NOT NULL, 
	vouched_at DATETIME, 
	CONSTRAINT fk_door_client_id_client FOREIGN KEY(client_id) REFERENCES client (id), 
	CONSTRAINT uq_door_channel_address_claimed UNIQUE (channel, address, claimed)
);
INSERT INTO "door" VALUES(1,1,'telegram','100','','anna','','code','2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456','blocked',1,'2026-11-23 09:00:00.123456');
CREATE TABLE erasure (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	client_id INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	by_id TEXT NOT NULL, 
	asked_at DATETIME NOT NULL, 
	due_at DATETIME NOT NULL, 
	stopped_at DATETIME, 
	stopped_by TEXT NOT NULL, 
	done_at DATETIME, 
	data JSON NOT NULL, 
	CONSTRAINT fk_erasure_client_id_client FOREIGN KEY(client_id) REFERENCES client (id)
);
INSERT INTO "erasure" VALUES(1,1,'просьба','Иван','5','2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456','Иван','2026-11-23 09:00:00.123456','{"files":1}');
CREATE TABLE estimate (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	ticket_id INTEGER NOT NULL, 
	minutes INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	by_id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	message_id INTEGER, 
	answered_at DATETIME, 
	answered_by TEXT NOT NULL, 
	answered_through TEXT NOT NULL, 
	door_id INTEGER, 
	CONSTRAINT fk_estimate_message_id_message FOREIGN KEY(message_id) REFERENCES message (id), 
	CONSTRAINT fk_estimate_ticket_id_ticket FOREIGN KEY(ticket_id) REFERENCES ticket (id)
);
INSERT INTO "estimate" VALUES(1,1,120,'Перенос','Иван','5','agreed','2026-11-23 09:00:00.123456',1,'2026-11-23 09:00:00.123456','Анна','telegram 100',1);
CREATE TABLE fact (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_fact PRIMARY KEY ("key")
);
INSERT INTO "fact" VALUES('telegram:offset','17');
CREATE TABLE file (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	message_id INTEGER NOT NULL, 
	sort TEXT NOT NULL, 
	name TEXT NOT NULL, 
	mime TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	remote_id TEXT NOT NULL, 
	inline BOOLEAN NOT NULL, 
	CONSTRAINT fk_file_message_id_message FOREIGN KEY(message_id) REFERENCES message (id)
);
INSERT INTO "file" VALUES(1,1,'photo','я.jpg','image/jpeg',1099511627776,'k','',1);
CREATE TABLE item (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	ticket_id INTEGER NOT NULL, 
	checklist TEXT NOT NULL, 
	place INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	done_at DATETIME, 
	CONSTRAINT fk_item_ticket_id_ticket FOREIGN KEY(ticket_id) REFERENCES ticket (id)
);
INSERT INTO "item" VALUES(1,1,'error',1,'Лог','Иван','2026-11-23 09:00:00.123456');
CREATE TABLE "key" (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	sort TEXT NOT NULL, 
	secret TEXT NOT NULL, 
	client_id INTEGER NOT NULL, 
	channel TEXT NOT NULL, 
	address TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME
);
INSERT INTO "key" VALUES(1,'code','hash',1,'mail','a@example.com',0,'2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456');
CREATE TABLE link (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kept_id INTEGER NOT NULL, 
	joined_id INTEGER NOT NULL, 
	proof TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	doors JSON NOT NULL, 
	tickets JSON NOT NULL, 
	undone_at DATETIME, 
	CONSTRAINT fk_link_kept_id_client FOREIGN KEY(kept_id) REFERENCES client (id), 
	CONSTRAINT fk_link_joined_id_client FOREIGN KEY(joined_id) REFERENCES client (id)
);
INSERT INTO "link" VALUES(1,1,2,'link','Иван','2026-11-23 09:00:00.123456','[1]','[1]','2026-11-23 09:00:00.123456');
CREATE TABLE mailing (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	sort TEXT NOT NULL, 
	ticket_id INTEGER, 
	product TEXT NOT NULL, 
	text TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	by_id TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	total INTEGER NOT NULL, 
	told TEXT NOT NULL, 
	data JSON NOT NULL, 
	ended_at DATETIME, 
	CONSTRAINT fk_mailing_ticket_id_ticket FOREIGN KEY(ticket_id) REFERENCES ticket (id)
);
INSERT INTO "mailing" VALUES(1,'news',1,'Касса','Вышла 2.0','Иван','5','2026-11-23 09:00:00.123456',2,'-100:9','{"ё":1}','2026-11-23 09:00:00.123456');
CREATE TABLE "message" (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	ticket_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	author TEXT NOT NULL, 
	author_id TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	door_id INTEGER, 
	external_id TEXT NOT NULL, 
	text TEXT NOT NULL, 
	rest TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	withdrawn_at DATETIME, 
	raw_id INTEGER, 
	data JSON NOT NULL, 
	CONSTRAINT fk_message_ticket_id_ticket FOREIGN KEY(ticket_id) REFERENCES ticket (id), 
	CONSTRAINT fk_message_door_id_door FOREIGN KEY(door_id) REFERENCES door (id)
);
INSERT INTO "message" VALUES(1,1,'words','Анна','','telegram',1,'9','Здравствуйте!','','2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456',1,'{"quote":"ё"}');
CREATE TABLE organisation (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	number TEXT NOT NULL, 
	name TEXT NOT NULL, 
	"plan" TEXT NOT NULL, 
	valid_from TEXT, 
	valid_until TEXT, 
	product TEXT NOT NULL, 
	licence TEXT NOT NULL, 
	domains JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	changed_at DATETIME NOT NULL, 
	warned TEXT NOT NULL, 
	CONSTRAINT uq_organisation_number UNIQUE (number)
);
INSERT INTO "organisation" VALUES(1,'A-1042','ООО Акме','warranty','2026-01-01','2026-12-31','Касса','LIC-7','["acme.example"]','2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456','30');
CREATE TABLE parcel (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	channel TEXT NOT NULL, 
	place TEXT NOT NULL, 
	lane TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	urgency INTEGER NOT NULL, 
	ticket_id INTEGER, 
	message_id INTEGER, 
	body JSON NOT NULL, 
	state TEXT NOT NULL, 
	not_before DATETIME NOT NULL, 
	attempts INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	sent_at DATETIME, 
	external_id TEXT NOT NULL, 
	error TEXT NOT NULL, 
	coalesce TEXT NOT NULL, mailing_id INTEGER, 
	CONSTRAINT fk_parcel_ticket_id_ticket FOREIGN KEY(ticket_id) REFERENCES ticket (id), 
	CONSTRAINT fk_parcel_message_id_message FOREIGN KEY(message_id) REFERENCES message (id)
);
INSERT INTO "parcel" VALUES(1,'telegram','100','telegram:100','answer',0,1,1,'{"text":"Готово"}','sent','2026-11-23 09:00:00.123456',0,'2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456','','','c',1);
CREATE TABLE participant (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	ticket_id INTEGER NOT NULL, 
	address TEXT NOT NULL, 
	name TEXT NOT NULL, 
	standing TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT fk_participant_ticket_id_ticket FOREIGN KEY(ticket_id) REFERENCES ticket (id), 
	CONSTRAINT uq_participant_ticket_id_address UNIQUE (ticket_id, address)
);
INSERT INTO "participant" VALUES(1,1,'b@example.com','Борис','admitted','Иван','2026-11-23 09:00:00.123456');
CREATE TABLE pause (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	ticket_id INTEGER NOT NULL, 
	why TEXT NOT NULL, 
	since DATETIME NOT NULL, 
	until DATETIME, 
	CONSTRAINT fk_pause_ticket_id_ticket FOREIGN KEY(ticket_id) REFERENCES ticket (id)
);
INSERT INTO "pause" VALUES(1,1,'waiting','2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456');
CREATE TABLE rating (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	ticket_id INTEGER NOT NULL, 
	client_id INTEGER NOT NULL, 
	engineer TEXT NOT NULL, 
	asked_at DATETIME NOT NULL, 
	stars INTEGER, 
	words TEXT NOT NULL, 
	given_at DATETIME, 
	CONSTRAINT fk_rating_client_id_client FOREIGN KEY(client_id) REFERENCES client (id), 
	CONSTRAINT fk_rating_ticket_id_ticket FOREIGN KEY(ticket_id) REFERENCES ticket (id), 
	CONSTRAINT uq_rating_ticket_id UNIQUE (ticket_id)
);
INSERT INTO "rating" VALUES(1,1,1,'Иван','2026-11-23 09:00:00.123456',5,'Спасибо','2026-11-23 09:00:00.123456');
CREATE TABLE "raw" (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	channel TEXT NOT NULL, 
	place TEXT NOT NULL, 
	external_id TEXT NOT NULL, 
	lane TEXT NOT NULL, 
	body BLOB NOT NULL, 
	"key" TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	album TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	state TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	interrupted INTEGER NOT NULL, 
	not_before DATETIME NOT NULL, 
	error TEXT NOT NULL, 
	whole INTEGER NOT NULL, 
	CONSTRAINT uq_raw_channel_place_external_id UNIQUE (channel, place, external_id)
);
INSERT INTO "raw" VALUES(1,'telegram','42','1','chat 100',X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F606162636465666768696A6B6C6D6E6F707172737475767778797A7B7C7D7E7F808182838485868788898A8B8C8D8E8F909192939495969798999A9B9C9D9E9FA0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3B4B5B6B7B8B9BABBBCBDBEBFC0C1C2C3C4C5C6C7C8C9CACBCCCDCECFD0D1D2D3D4D5D6D7D8D9DADBDCDDDEDFE0E1E2E3E4E5E6E7E8E9EAEBECEDEEEFF0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF','',0,'a','d','2026-11-23 09:00:00.123456','done',1,0,'2026-11-23 09:00:00.123456','e',31000000);
CREATE TABLE reach (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	contact_id INTEGER NOT NULL, 
	organisation_id INTEGER NOT NULL, 
	channel TEXT NOT NULL, 
	address TEXT NOT NULL, 
	CONSTRAINT fk_reach_contact_id_contact FOREIGN KEY(contact_id) REFERENCES contact (id), 
	CONSTRAINT fk_reach_organisation_id_organisation FOREIGN KEY(organisation_id) REFERENCES organisation (id), 
	CONSTRAINT uq_reach_channel_address UNIQUE (channel, address)
);
INSERT INTO "reach" VALUES(1,1,1,'mail','a@acme.example');
CREATE TABLE revision (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	message_id INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT fk_revision_message_id_message FOREIGN KEY(message_id) REFERENCES message (id)
);
INSERT INTO "revision" VALUES(1,1,'Здраствуйте','2026-11-23 09:00:00.123456');
CREATE TABLE spent (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	ticket_id INTEGER NOT NULL, 
	minutes INTEGER NOT NULL, 
	comment TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	by_id TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	estimate_id INTEGER, 
	withdrawn_at DATETIME, 
	CONSTRAINT fk_spent_estimate_id_estimate FOREIGN KEY(estimate_id) REFERENCES estimate (id), 
	CONSTRAINT fk_spent_ticket_id_ticket FOREIGN KEY(ticket_id) REFERENCES ticket (id)
);
INSERT INTO "spent" VALUES(1,1,25,'Настройка','Иван','5','2026-11-23 09:00:00.123456',1,'2026-11-23 09:00:00.123456');
CREATE TABLE suggestion (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	client_id INTEGER NOT NULL, 
	other_id INTEGER NOT NULL, 
	ticket_id INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	value TEXT NOT NULL, 
	state TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT fk_suggestion_client_id_client FOREIGN KEY(client_id) REFERENCES client (id), 
	CONSTRAINT fk_suggestion_other_id_client FOREIGN KEY(other_id) REFERENCES client (id)
);
INSERT INTO "suggestion" VALUES(1,1,2,1,'claimed','a@example.com','yes','','2026-11-23 09:00:00.123456');
CREATE TABLE thread (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	ticket_id INTEGER NOT NULL, 
	channel TEXT NOT NULL, 
	place TEXT NOT NULL, 
	external_id TEXT NOT NULL, 
	card_id TEXT NOT NULL, 
	title TEXT NOT NULL, 
	closed BOOLEAN NOT NULL, 
	replayed BOOLEAN NOT NULL, 
	CONSTRAINT fk_thread_ticket_id_ticket FOREIGN KEY(ticket_id) REFERENCES ticket (id), 
	CONSTRAINT uq_thread_ticket_id_channel UNIQUE (ticket_id, channel)
);
INSERT INTO "thread" VALUES(1,1,'group','-100','77','3','SD-1',1,0);
CREATE TABLE "ticket" (
	id INTEGER NOT NULL, 
	client_id INTEGER NOT NULL, 
	opened_door_id INTEGER NOT NULL, 
	door_id INTEGER NOT NULL, 
	line TEXT NOT NULL, 
	status TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	language TEXT NOT NULL, 
	verdict JSON NOT NULL, 
	taken_by TEXT NOT NULL, 
	taken_id TEXT NOT NULL, 
	related_id INTEGER, 
	created_at DATETIME NOT NULL, 
	active_at DATETIME NOT NULL, 
	client_wrote_at DATETIME NOT NULL, 
	solved_at DATETIME, 
	closed_at DATETIME, 
	closing TEXT, 
	question TEXT NOT NULL, 
	asked_at DATETIME, 
	clock_from DATETIME, 
	reminded INTEGER NOT NULL, 
	kept INTEGER NOT NULL, 
	snoozed_until DATETIME, 
	reminder_id INTEGER, 
	held_reason TEXT NOT NULL, 
	spared_until DATETIME, 
	organisation_id INTEGER, 
	type TEXT, 
	wished TEXT, 
	answer_from DATETIME, 
	answered_at DATETIME, 
	answer_took INTEGER, 
	answer_limit INTEGER, 
	solve_from DATETIME, 
	solve_took INTEGER, 
	solve_limit INTEGER, 
	priority TEXT NOT NULL, 
	tags JSON NOT NULL, 
	"plan" TEXT NOT NULL, 
	plan_by TEXT NOT NULL, 
	third_party TEXT NOT NULL, 
	findings TEXT NOT NULL, 
	warned JSON NOT NULL, 
	merged_into INTEGER, 
	parent_id INTEGER, 
	later_until DATETIME, 
	incident BOOLEAN NOT NULL, 
	CONSTRAINT pk_ticket PRIMARY KEY (id), 
	CONSTRAINT fk_ticket_organisation_id_organisation FOREIGN KEY(organisation_id) REFERENCES organisation (id), 
	CONSTRAINT fk_ticket_door_id_door FOREIGN KEY(door_id) REFERENCES door (id), 
	CONSTRAINT fk_ticket_client_id_client FOREIGN KEY(client_id) REFERENCES client (id), 
	CONSTRAINT fk_ticket_opened_door_id_door FOREIGN KEY(opened_door_id) REFERENCES door (id)
);
INSERT INTO "ticket" VALUES(1,1,1,1,'first','closed','Не печатает','ru','{"rule":"everything else","asked":[]}','Иван','5',1,'2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456','no_answer','Какой номер?','2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456',2,1,'2026-11-23 09:00:00.123456',7,'mailbox','2026-11-23 09:00:00.123456',1,'error','critical','2026-11-23 09:00:00.123456','2026-11-23 09:00:00.123456',3600,28800,'2026-11-23 09:00:00.123456',7200,144000,'high','["касса"]','warranty','Иван','провайдер','Кабель','["answer:75"]',1,1,'2026-11-23 09:00:00.123456',1);
CREATE TABLE trace (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	channel TEXT NOT NULL, 
	place TEXT NOT NULL, 
	external_id TEXT NOT NULL, 
	ticket_id INTEGER, 
	message_id INTEGER, 
	role TEXT NOT NULL, 
	parcel_id INTEGER, 
	at DATETIME NOT NULL, 
	CONSTRAINT fk_trace_ticket_id_ticket FOREIGN KEY(ticket_id) REFERENCES ticket (id), 
	CONSTRAINT fk_trace_message_id_message FOREIGN KEY(message_id) REFERENCES message (id), 
	CONSTRAINT uq_trace_channel_place_external_id UNIQUE (channel, place, external_id)
);
INSERT INTO "trace" VALUES(1,'group','-100','3',1,1,'card',1,'2026-11-23 09:00:00.123456');
CREATE TABLE use (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	sort TEXT NOT NULL, 
	name TEXT NOT NULL, 
	ticket_id INTEGER, 
	"by" TEXT NOT NULL, 
	what TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT fk_use_ticket_id_ticket FOREIGN KEY(ticket_id) REFERENCES ticket (id)
);
INSERT INTO "use" VALUES(1,'answer','password',1,'Иван','sent','2026-11-23 09:00:00.123456');
CREATE TABLE watcher (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	ticket_id INTEGER NOT NULL, 
	telegram TEXT NOT NULL, 
	name TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT fk_watcher_ticket_id_ticket FOREIGN KEY(ticket_id) REFERENCES ticket (id), 
	CONSTRAINT uq_watcher_ticket_id_telegram UNIQUE (ticket_id, telegram)
);
INSERT INTO "watcher" VALUES(1,1,'5','Иван','2026-11-23 09:00:00.123456');
CREATE INDEX ix_audit_client_id ON audit (client_id);
CREATE INDEX ix_audit_ticket_id ON audit (ticket_id);
CREATE INDEX ix_key_channel_address ON "key" (channel, address);
CREATE INDEX ix_key_client_id ON "key" (client_id);
CREATE INDEX ix_key_secret ON "key" (secret);
CREATE INDEX ix_link_joined_id ON link (joined_id);
CREATE INDEX ix_link_kept_id ON link (kept_id);
CREATE INDEX ix_suggestion_client_id_other_id ON suggestion (client_id, other_id);
CREATE INDEX ix_suggestion_ticket_id ON suggestion (ticket_id);
CREATE INDEX ix_thread_channel_place_external_id ON thread (channel, place, external_id);
CREATE INDEX ix_file_message_id ON file (message_id);
CREATE INDEX ix_parcel_message_id ON parcel (message_id);
CREATE INDEX ix_parcel_queued ON parcel (not_before) WHERE state = 'queued';
CREATE INDEX ix_parcel_state ON parcel (state);
CREATE INDEX ix_parcel_ticket_id ON parcel (ticket_id);
CREATE INDEX ix_revision_message_id ON revision (message_id);
CREATE INDEX ix_trace_external_id ON trace (external_id);
CREATE INDEX ix_trace_message_id ON trace (message_id);
CREATE INDEX ix_trace_parcel_id ON trace (parcel_id);
CREATE INDEX ix_trace_ticket_id ON trace (ticket_id);
CREATE INDEX ix_door_client_id ON door (client_id);
CREATE INDEX ix_raw_digest ON raw (digest);
CREATE INDEX ix_raw_album ON raw (album);
CREATE INDEX ix_parcel_coalesce_state ON parcel (coalesce, state);
CREATE INDEX ix_parcel_lane_created_at ON parcel (lane, created_at);
CREATE INDEX ix_raw_state_not_before ON raw (state, not_before);
CREATE INDEX ix_parcel_undone ON parcel (lane, id, state, not_before, urgency) WHERE state IN ('queued', 'sending');
CREATE INDEX ix_raw_undone ON raw (lane, id, state, not_before, interrupted, channel) WHERE state IN ('new', 'working');
CREATE INDEX ix_organisation_licence ON organisation (licence);
CREATE INDEX ix_domain_organisation_id ON domain (organisation_id);
CREATE INDEX ix_reach_contact_id ON reach (contact_id);
CREATE INDEX ix_reach_organisation_id ON reach (organisation_id);
CREATE INDEX ix_belonging_client_id_organisation_id ON belonging (client_id, organisation_id);
CREATE INDEX ix_belonging_organisation_id ON belonging (organisation_id);
CREATE INDEX ix_pause_ticket_id ON pause (ticket_id);
CREATE INDEX ix_estimate_message_id ON estimate (message_id);
CREATE INDEX ix_estimate_ticket_id ON estimate (ticket_id);
CREATE INDEX ix_spent_at ON spent (at);
CREATE INDEX ix_spent_ticket_id ON spent (ticket_id);
CREATE INDEX ix_rating_client_id_asked_at ON rating (client_id, asked_at);
CREATE INDEX ix_rating_given_at ON rating (given_at);
CREATE INDEX ix_client_organisation_id ON client (organisation_id);
CREATE INDEX ix_contact_organisation_id ON contact (organisation_id);
CREATE INDEX ix_ticket_reminder_id ON ticket (reminder_id);
CREATE INDEX ix_ticket_organisation_id ON ticket (organisation_id);
CREATE INDEX ix_ticket_closed_at ON ticket (closed_at);
CREATE INDEX ix_ticket_created_at ON ticket (created_at);
CREATE INDEX ix_ticket_status ON ticket (status);
CREATE INDEX ix_ticket_client_id_status ON ticket (client_id, status);
CREATE INDEX ix_message_external_id ON message (external_id);
CREATE INDEX ix_message_door_id_at ON message (door_id, at);
CREATE INDEX ix_message_ticket_id ON message (ticket_id);
CREATE INDEX ix_appointment_ticket_id ON appointment (ticket_id);
CREATE INDEX ix_item_ticket_id ON item (ticket_id);
CREATE INDEX ix_use_sort_name_what ON use (sort, name, what);
CREATE INDEX ix_use_ticket_id ON use (ticket_id);
CREATE INDEX ix_mailing_ticket_id ON mailing (ticket_id);
CREATE INDEX ix_mailing_ended_at ON mailing (ended_at);
CREATE INDEX ix_erasure_client_id ON erasure (client_id);
CREATE INDEX ix_erasure_due_at ON erasure (due_at);
CREATE INDEX ix_file_key ON file ("key");
CREATE INDEX ix_ticket_parent ON ticket (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX ix_ticket_merged ON ticket (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX ix_parcel_mailing ON parcel (mailing_id, state) WHERE mailing_id IS NOT NULL;
CREATE INDEX ix_appointment_open ON appointment (at) WHERE done_at IS NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('door',1);
INSERT INTO "sqlite_sequence" VALUES('raw',1);
INSERT INTO "sqlite_sequence" VALUES('pause',1);
INSERT INTO "sqlite_sequence" VALUES('client',2);
INSERT INTO "sqlite_sequence" VALUES('contact',1);
INSERT INTO "sqlite_sequence" VALUES('message',1);
INSERT INTO "sqlite_sequence" VALUES('organisation',1);
INSERT INTO "sqlite_sequence" VALUES('parcel',1);
INSERT INTO "sqlite_sequence" VALUES('estimate',1);
INSERT INTO "sqlite_sequence" VALUES('domain',1);
INSERT INTO "sqlite_sequence" VALUES('reach',1);
INSERT INTO "sqlite_sequence" VALUES('belonging',1);
INSERT INTO "sqlite_sequence" VALUES('detail',1);
INSERT INTO "sqlite_sequence" VALUES('spent',1);
INSERT INTO "sqlite_sequence" VALUES('rating',1);
INSERT INTO "sqlite_sequence" VALUES('link',1);
INSERT INTO "sqlite_sequence" VALUES('suggestion',1);
INSERT INTO "sqlite_sequence" VALUES('key',1);
INSERT INTO "sqlite_sequence" VALUES('audit',1);
INSERT INTO "sqlite_sequence" VALUES('revision',1);
INSERT INTO "sqlite_sequence" VALUES('file',1);
INSERT INTO "sqlite_sequence" VALUES('trace',1);
INSERT INTO "sqlite_sequence" VALUES('thread',1);
INSERT INTO "sqlite_sequence" VALUES('participant',1);
INSERT INTO "sqlite_sequence" VALUES('appointment',1);
INSERT INTO "sqlite_sequence" VALUES('item',1);
INSERT INTO "sqlite_sequence" VALUES('watcher',1);
INSERT INTO "sqlite_sequence" VALUES('use',1);
INSERT INTO "sqlite_sequence" VALUES('mailing',1);
INSERT INTO "sqlite_sequence" VALUES('erasure',1);
COMMIT;
