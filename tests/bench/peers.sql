-- The tables of plain SQLite and of the session extension: the workload's columns in its own types,
-- no index but the key.  `id` is the rowid.

create table workshop (
	id integer primary key,
	title text,
	series text,
	place text,
	community text,
	start_date text,
	end_date text,
	language text,
	status text
);

create table participant (
	id integer primary key,
	given_name text,
	family_name text,
	community text,
	clan_or_group text,
	gender text,
	age_band text,
	role text,
	contact text
);

create table attendance (
	id integer primary key,
	workshop_id integer,
	participant_id integer,
	day integer,
	present integer
);

create table consent (
	id integer primary key,
	participant_id integer,
	purpose text,
	decision text,
	form text,
	language text,
	interpreter text,
	witness text,
	decided_at integer -- seconds since 1970
);

create table note (
	id integer primary key,
	workshop_id integer,
	session text,
	theme text,
	text text,
	visibility text
);
