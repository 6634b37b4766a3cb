-- The store: one SQLite file, everything a replica knows.
--
-- Each kind of the programme is an ordinary table that table.c makes (`person`, `note`, ...): `id` and
-- one column a field, nothing else.  A record that is as it was created needs no bookkeeping at all; the
-- others have a row in sat_history.  References are ids, so that tables can be joined; lists of
-- references are JSON arrays of ids.
--
-- Dots and record ids are integers as in dot.h.  What follows is split in two: what is *synced* (a
-- function of what was admitted) and what is *local* to this file.

-- ------------------------------------------------------------------------------------------ synced

-- Every incarnation ever heard of.  `id` is its index in dots, 1 and up, never reused.  Names are looked
-- up in memory (incarnation.h).
CREATE TABLE sat_incarnation (
  id        INTEGER PRIMARY KEY,
  name      BLOB NOT NULL,            -- 8 random bytes
  device    INTEGER,                  -- sat_device.id; NULL until a statement says whose it is
  highest   INTEGER NOT NULL DEFAULT 0, -- greatest counter that a signed statement covers
  signature BLOB,                     -- the device's, over incarnation, device and highest
  arrived   INTEGER NOT NULL DEFAULT 0 -- greatest counter of which something was let in here
);

-- Random names of unlinked records; `id` is their number (dot.h).
CREATE TABLE sat_unlinked (
  id   INTEGER PRIMARY KEY,
  name BLOB NOT NULL UNIQUE           -- 16 random bytes
);

-- Records that are not as they were created, and decisions whose details came later.
CREATE TABLE sat_history (
  record INTEGER PRIMARY KEY,         -- or the decision
  kind   INTEGER NOT NULL,            -- sat_kind.id; 0: a decision
  seq    INTEGER NOT NULL,            -- local sequence of the latest change
  told   INTEGER,                     -- incarnation (index) whose bundle told exactly this state
  clock  BLOB                         -- dots, pasts and statements of the values in the row (clock.c);
                                      -- NULL: all come from the creation, stated in the usual way
);
CREATE INDEX sat_history_seq ON sat_history(kind, seq);

-- Values that are not shown in a row: the other sides of conflicts, and values of fields whose row
-- shows a blank.  `n` tells apart values of one dot that were told in two ways.
CREATE TABLE sat_sibling (
  record  INTEGER NOT NULL,
  field   INTEGER NOT NULL,           -- sat_field.number within the record's kind
  dot     INTEGER NOT NULL,
  n       INTEGER NOT NULL,
  kind    INTEGER NOT NULL,           -- sat_kind.id
  clock   BLOB NOT NULL,              -- past, statement and form of this one value (clock.h)
  content,                            -- as in the column of the row; NULL when blank or cleared
  PRIMARY KEY (record, field, dot, n)
) WITHOUT ROWID;

-- Persons whom a record concerns, and communities (with bit 61, dot.h), who cannot be read off its row:
-- formerly named, or named in a list.  Grow-only.
CREATE TABLE sat_concerned (
  person INTEGER NOT NULL,
  record INTEGER NOT NULL,
  kind   INTEGER NOT NULL,
  PRIMARY KEY (person, record)
) WITHOUT ROWID;
CREATE INDEX sat_concerned_record ON sat_concerned(record);

-- Values of records whose creation has not arrived: kept, not shown, until it does.  Whom they concern
-- stands in sat_concerned.
CREATE TABLE sat_waiting (
  record  INTEGER NOT NULL,
  n       INTEGER NOT NULL,
  kind    INTEGER NOT NULL,
  field   INTEGER NOT NULL,
  dot     INTEGER NOT NULL,
  clock   BLOB NOT NULL,              -- as in sat_sibling
  content,
  PRIMARY KEY (record, n)
) WITHOUT ROWID;

-- Erased records.  Wins over everything, for ever.
CREATE TABLE sat_tombstone (
  record INTEGER PRIMARY KEY,
  seq    INTEGER NOT NULL,
  told   INTEGER
);

-- Records that a label was ever put on (protocol.h): what keeps the question cheap where there are none.
CREATE TABLE sat_label (
  record INTEGER PRIMARY KEY
);
-- Labelled records under which an erased one stood: its values cannot say so any more.
CREATE TABLE sat_under (
  record INTEGER NOT NULL,
  label  INTEGER NOT NULL,
  PRIMARY KEY (record, label)
) WITHOUT ROWID;

-- Who holds something at or below a record, where nothing else here says so: who told of what a label keeps from
-- them, and of what was erased since.
CREATE TABLE sat_holder (
  record INTEGER NOT NULL,
  device INTEGER NOT NULL,            -- sat_device.id
  PRIMARY KEY (record, device)
) WITHOUT ROWID;

-- Decisions about consent: signed cores and, where we may hold them, details (consent.h).  `id` is
-- the dot of the decision; its batch is the one of the same incarnation with the greatest `id` not
-- above.  What is written here is never changed, but for details that are erased.  The view `consent`
-- says the same in words.
CREATE TABLE sat_decision (
  id         INTEGER PRIMARY KEY,
  subject    INTEGER NOT NULL,        -- the person, or the community for a collective decision
  purpose    NOT NULL,                -- sat_purpose.bit; the name itself when it has none here
  event      INTEGER NOT NULL,        -- as in the format: 4 given, 3 refused, 6 withdrawn, ...
  flags      INTEGER,                 -- 1: final, closes the episode for ever; 2: a guardian speaks
  episode    INTEGER NOT NULL DEFAULT 0,
  until      INTEGER,                 -- last day of validity, days since 1970
  recipients TEXT,                    -- sorted words; NULL: nobody is left out
  withheld_from TEXT,                 -- sorted words; NULL: nobody
  notice_version INTEGER,             -- of the notice that was explained
  stated     TEXT,                    -- "identity=1": episodes above 0 that the details state
  supersedes BLOB,                    -- names of decisions, 32 bytes each
  grantor TEXT, relation TEXT, method TEXT, language TEXT, interpreter TEXT, witness TEXT,
  evidence TEXT, notice TEXT, process TEXT, dissent TEXT,
  terms TEXT,                         -- a JSON object of what is rarely said (terms.h)
  claimed_time INTEGER,               -- seconds since 1970
  salt       BLOB,                    -- own salt; NULL: the batch's
  commitment BLOB                     -- where the details are not here
);
CREATE INDEX sat_decision_bare ON sat_decision(id) WHERE commitment IS NOT NULL;
CREATE VIEW consent AS SELECT id, subject,
  coalesce((SELECT name FROM sat_purpose WHERE bit = purpose), purpose) AS purpose,
  CASE event WHEN 1 THEN 'requested' WHEN 2 THEN 'deferred' WHEN 3 THEN 'refused' WHEN 4 THEN 'given'
    WHEN 5 THEN 'renewed' WHEN 6 THEN 'withdrawn' WHEN 7 THEN 'revoked' WHEN 8 THEN 'expired'
    WHEN 9 THEN 'invalidated' WHEN 10 THEN 'entered_in_error' END AS event,
  coalesce(flags, 0) & 1 AS final, CASE coalesce(flags, 0) & 2 WHEN 2 THEN 'guardian' ELSE 'own' END AS voice,
  episode, until, recipients, withheld_from, notice_version, supersedes, grantor, relation, method, language,
  interpreter, witness, evidence, notice, process, dissent, terms, claimed_time
FROM sat_decision;

-- Which decisions are about whom: `count` of them from `first` on, one after the other.  People mostly
-- answer several purposes in one sitting, so this is a third of an index on the column.  What a sitting
-- comes to is summed up for the gate when nothing in it hangs on a date or on an earlier decision.
CREATE TABLE sat_decided (
  about INTEGER NOT NULL,             -- the subject
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  yes   INTEGER,                      -- bits of the purposes that were given; NULL: there is no sum
  no    INTEGER,                      -- of those that were not
  some  INTEGER,                      -- of those that were given to some only, who are
  only_to TEXT,                       -- sorted words
  explained INTEGER,                  -- the least version of a notice that was explained with a yes; NULL: none was
  PRIMARY KEY (about, first)
) WITHOUT ROWID;

-- One signature over decisions saved together.
CREATE TABLE sat_batch (
  id        INTEGER PRIMARY KEY,      -- dot of the first decision
  leaves    INTEGER NOT NULL,
  seed      BLOB,                     -- of the salts; NULL when it was withheld or erased
  signature BLOB NOT NULL,
  proof     BLOB                      -- hashes of the subtrees whose leaves are not here
);

-- Statements signed by the registry: approvals, revocations, programmes, dates; and receipts for erasures, by
-- any device.  Grow-only.
CREATE TABLE sat_statement (
  name   BLOB PRIMARY KEY,            -- hash of the object
  type   INTEGER NOT NULL,
  issuer BLOB NOT NULL,
  serial INTEGER NOT NULL,
  object BLOB NOT NULL,
  seq    INTEGER NOT NULL,
  told   INTEGER
) WITHOUT ROWID;
CREATE INDEX sat_statement_seq ON sat_statement(seq);

-- Who confirms that it has erased what (erasure.h), from the receipts among the statements; and what was
-- erased here since the latest receipt of ours.
CREATE TABLE sat_erasure (
  what   BLOB NOT NULL,               -- of a final decision or a tombstone, 16 bytes
  device INTEGER NOT NULL,            -- sat_device.id
  at     INTEGER NOT NULL,            -- seconds since 1970, by its clock
  PRIMARY KEY (what, device)
) WITHOUT ROWID;
CREATE TABLE sat_erasure_due (
  what   BLOB PRIMARY KEY,
  at     INTEGER NOT NULL,
  record INTEGER NOT NULL             -- that it was about
) WITHOUT ROWID;
-- Of erasures about records that stand under labels, which record: receipts for them go to nobody else.
CREATE TABLE sat_erasure_label (
  what   BLOB PRIMARY KEY,
  record INTEGER NOT NULL
) WITHOUT ROWID;

-- ------------------------------------------------------------------------------------------- local

-- Files that values of records here name (file.h, file-use.h), as far as their bytes have arrived: how far that is
-- hangs on carriers and budgets, so it is local.  Nothing is kept of a file that no value names any more.
CREATE TABLE sat_file (
  id     INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: the ledger of disclosures goes on to say it
  name   BLOB NOT NULL,               -- hash of its tree (file-tree.h)
  size   INTEGER NOT NULL,            -- in bytes; a name with another size is another file
  here   INTEGER NOT NULL DEFAULT 0,  -- pieces that are here
  leaves BLOB,                        -- hashes of all its pieces, when it was added here
  loose  INTEGER NOT NULL DEFAULT 0   -- 1: something that named it went; looked at before the commit
);
CREATE UNIQUE INDEX sat_file_name ON sat_file(name, size);
CREATE INDEX sat_file_loose ON sat_file(loose) WHERE loose = 1;

-- Pieces in the order of their arrival.  `id` is the sequence of the track of files (sync/ledger.h), apart from that
-- of records; a piece that has to be sent again gets a new one.  Small rows, so that a walk over them is quick.
CREATE TABLE sat_piece (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  file   INTEGER NOT NULL,            -- sat_file.id
  number INTEGER NOT NULL,            -- 0 and up
  bytes  INTEGER NOT NULL,            -- sat_bytes.id
  told   INTEGER                      -- incarnation whose bundle brought it; NULL: added here, or to be sent again
);
CREATE INDEX sat_piece_file ON sat_piece(file, number);
CREATE TABLE sat_bytes (
  id      INTEGER PRIMARY KEY,
  proof   BLOB,                       -- as it came with the piece; NULL: from sat_file.leaves
  content BLOB NOT NULL
);

-- Which records have a value that names a file.  A hint: where it may have become wrong the record itself is asked.
CREATE TABLE sat_file_use (
  id      INTEGER PRIMARY KEY,
  file    INTEGER NOT NULL,
  record  INTEGER NOT NULL,
  kind    INTEGER NOT NULL,           -- sat_kind.id
  preview INTEGER NOT NULL            -- 1: as the preview of another
);
CREATE UNIQUE INDEX sat_file_use_file ON sat_file_use(file, record, preview);
CREATE INDEX sat_file_use_record ON sat_file_use(record);

-- Files of which pieces came that no value allowed here: who brought them is asked when one does.
CREATE TABLE sat_file_declined (
  name   BLOB NOT NULL,
  size   INTEGER NOT NULL,
  source INTEGER NOT NULL,            -- sat_device.id
  PRIMARY KEY (name, size, source)
) WITHOUT ROWID;

-- Single facts: format, replica name, role, state of enrolment, token, watermarks.
CREATE TABLE sat_meta (
  name  TEXT PRIMARY KEY,
  value
) WITHOUT ROWID;

-- Kinds and fields that have a table and a column here, from any programme or from a peer.
CREATE TABLE sat_kind (
  id     INTEGER PRIMARY KEY,
  name   TEXT NOT NULL,
  subjects INTEGER NOT NULL           -- 1: its records are people, 2: communities
);
CREATE TABLE sat_field (
  kind     INTEGER NOT NULL,
  number   INTEGER NOT NULL,          -- 0 and up, never reused
  name     TEXT NOT NULL,
  type     INTEGER NOT NULL,          -- a field of another type is another field
  concerns INTEGER NOT NULL,          -- whom it names is concerned: 1 as a person, 2 as a community
  needs    TEXT NOT NULL,             -- purposes, sorted words: every programme's and every peer's
  PRIMARY KEY (kind, number)
) WITHOUT ROWID;

-- Bits of purposes in sets (consent.h).
CREATE TABLE sat_purpose (
  bit    INTEGER PRIMARY KEY,
  name   TEXT NOT NULL,
  notice INTEGER NOT NULL DEFAULT 0   -- the least version of its notice that a yes may rest on
);

-- Local sequence of creations: the record created under the dot `first` + i has sequence `seq` + i,
-- for i below `count`, unless sat_history says otherwise.  Runs do not overlap in dots.  A record that
-- arrives later for a dot within a run gets a sequence of its own there.  The run of our own creations that
-- grows says more than there is, up to the end that a clean close writes down.
CREATE TABLE sat_run (
  seq   INTEGER PRIMARY KEY,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  told  INTEGER
);
CREATE INDEX sat_run_first ON sat_run(first);

-- What an author's clock said from this dot on, seconds since 1970.  Provenance only.
CREATE TABLE sat_moment (
  dot INTEGER PRIMARY KEY,
  at  INTEGER NOT NULL
);

-- Devices: ourselves, approved ones, and those that asked.
CREATE TABLE sat_device (
  id        INTEGER PRIMARY KEY,
  device    BLOB NOT NULL UNIQUE,     -- 16 bytes
  sign      BLOB NOT NULL,
  seal      BLOB NOT NULL,
  role      INTEGER NOT NULL,
  name      TEXT NOT NULL,
  audiences TEXT NOT NULL,
  state     TEXT NOT NULL,            -- self, pending, approved, revoked
  heard     INTEGER,                  -- incarnation (index) heard last
  heard_counter INTEGER NOT NULL DEFAULT 0, -- of its newest receipt
  receipt   INTEGER NOT NULL DEFAULT 0, -- counter of the newest receipt we gave
  receipt_due INTEGER NOT NULL DEFAULT 0, -- 1: it has sent something since our newest receipt
  receipt_at INTEGER,                 -- when its newest receipt arrived, by our clock
  told_words INTEGER NOT NULL DEFAULT 0, -- 1: a person confirmed the six words
  vouched   INTEGER NOT NULL DEFAULT 0 -- 1: to it we vouch for what others wrote (sync/ledger.h)
);

-- Incarnations of peers that were heard and then followed by another: their receipts are past.
CREATE TABLE sat_retired (
  incarnation INTEGER PRIMARY KEY
);

-- Under which incarnations a device sealed bundles that were merged here; who only sends on what others wrote
-- signs for none.
CREATE TABLE sat_heard (
  incarnation INTEGER NOT NULL,
  device      INTEGER NOT NULL,
  PRIMARY KEY (incarnation, device)
) WITHOUT ROWID;

-- Accepted points of revoked devices; the greatest rules.
CREATE TABLE sat_accepted (
  incarnation INTEGER PRIMARY KEY,
  counter     INTEGER NOT NULL
);

-- Writes that came neither from their author nor from the registry, but from a device that vouches for
-- them because the author's laptop was lost.  Provenance only.
CREATE TABLE sat_vouched (
  dot    INTEGER PRIMARY KEY,
  device INTEGER NOT NULL
);

-- Records that a device asked for when we had vouched to it: what others wrote in them goes to it as well.
CREATE TABLE sat_vouch (
  device INTEGER NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (device, record)
) WITHOUT ROWID;

-- Values that consent did not let in, until they come again.
CREATE TABLE sat_declined (
  record INTEGER NOT NULL,
  field  TEXT NOT NULL,               -- '': that the record exists
  dot    INTEGER NOT NULL,
  source INTEGER NOT NULL,            -- sat_device.id of whom to ask: everyone who sent it
  PRIMARY KEY (record, field, dot, source)
) WITHOUT ROWID;
CREATE TABLE sat_declined_person (
  person INTEGER NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (person, record)
) WITHOUT ROWID;
CREATE INDEX sat_declined_person_record ON sat_declined_person(record);

-- Asks: ours (to `device`, with a sequence) and those that took effect already (device NULL).
CREATE TABLE sat_ask (
  name   BLOB PRIMARY KEY,
  record INTEGER NOT NULL,
  device INTEGER,
  seq    INTEGER
) WITHOUT ROWID;

-- The ledger of what was sent (sync/ledger.h).  A bundle's frames cover intervals of the local
-- sequence; the bundle as a whole covers everything up to `upto`.
CREATE TABLE sat_sent (
  name    BLOB PRIMARY KEY,
  device  INTEGER NOT NULL,
  upto    INTEGER NOT NULL,
  under   INTEGER,                    -- incarnation under which it was written
  assumes INTEGER,                    -- incarnation whose told records were left out
  at      INTEGER NOT NULL,
  file    TEXT NOT NULL,
  courier BLOB NOT NULL,              -- courier token
  vouches INTEGER NOT NULL,           -- 1: since we vouch to the device
  files   BLOB                        -- of the track of files: intervals that it stands for when it is held
) WITHOUT ROWID;
-- Frames stay for good: a copy of the device may say of an old one that it declined it.
CREATE TABLE sat_sent_frame (
  device INTEGER NOT NULL,
  name   BLOB NOT NULL,
  bundle BLOB NOT NULL,
  track  INTEGER NOT NULL,            -- 0 statements, tombstones, decisions, asks; 1 records; 2 files
  above  INTEGER NOT NULL,            -- covers the sequences above this one
  upto   INTEGER NOT NULL,            -- and up to this one
  part   INTEGER NOT NULL,            -- 1: of one record; it counts when all parts of the bundle do
  state  INTEGER NOT NULL DEFAULT 0,  -- 0 copied, 1 settled, 2 declined
  PRIMARY KEY (device, name)
) WITHOUT ROWID;
CREATE INDEX sat_sent_frame_state ON sat_sent_frame(device, state);
-- The bundle whose end is confirmed: everything up to here was received whole.
CREATE TABLE sat_base (
  device INTEGER PRIMARY KEY,
  bundle BLOB NOT NULL,
  upto   INTEGER NOT NULL,
  files  BLOB                         -- intervals of the track of files that all held bundles together confirm
);

-- What went out to whom, for good (sync/disclosure.h): records of one kind of which the same fields went in one
-- bundle.
CREATE TABLE sat_disclosure (
  id      INTEGER PRIMARY KEY,
  bundle  BLOB NOT NULL,
  device  INTEGER NOT NULL,
  at      INTEGER NOT NULL,           -- seconds since 1970, by our clock
  kind    INTEGER NOT NULL,           -- sat_kind.id
  fields  BLOB NOT NULL,              -- bits by sat_field.number, the least of the first byte is 0
  first   INTEGER NOT NULL,           -- least id in the list
  last    INTEGER NOT NULL,           -- greatest
  count   INTEGER NOT NULL,
  records BLOB NOT NULL               -- their ids, each as the zigzag varint of its difference to the one before
);
CREATE INDEX sat_disclosure_kind ON sat_disclosure(kind);
-- The same of files: how many of its pieces went in one bundle, because of which record.
CREATE TABLE sat_disclosed_file (
  id      INTEGER PRIMARY KEY,
  bundle  BLOB NOT NULL,
  device  INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  file    INTEGER NOT NULL,           -- sat_file.id; it stays when the file was erased
  record  INTEGER NOT NULL,
  preview INTEGER NOT NULL,           -- 1: it is a preview
  pieces  INTEGER NOT NULL,           -- that went
  of      INTEGER NOT NULL            -- that the file has
);
CREATE INDEX sat_disclosed_file_record ON sat_disclosed_file(record);

-- What came in (sync/ledger.h): bundles held whole, newest last, and the states of single frames.
CREATE TABLE sat_held (
  device INTEGER NOT NULL,
  n      INTEGER NOT NULL,
  bundle BLOB NOT NULL UNIQUE,
  PRIMARY KEY (device, n)
) WITHOUT ROWID;
CREATE TABLE sat_got_frame (
  name   BLOB PRIMARY KEY,
  device INTEGER NOT NULL,
  bundle BLOB NOT NULL,
  state  INTEGER NOT NULL             -- 1 settled, 2 declined
) WITHOUT ROWID;
CREATE INDEX sat_got_frame_device ON sat_got_frame(device);
-- Bundles whose every frame was settled: a repetition is recognised here.
CREATE TABLE sat_done (
  bundle BLOB PRIMARY KEY,
  device INTEGER NOT NULL,
  at     INTEGER NOT NULL
) WITHOUT ROWID;

-- Bundles and entries set aside until a person decides.
CREATE TABLE sat_quarantine (
  bundle BLOB PRIMARY KEY,
  device INTEGER,
  reason TEXT NOT NULL,
  at     INTEGER NOT NULL,
  state  TEXT NOT NULL                -- waiting, released, rejected
) WITHOUT ROWID;

-- Reports that were handed out, and what each said of which population (report/publication.h): true counts, and
-- what was hidden.  A later report is compared with all of them.
CREATE TABLE sat_publication (
  number   INTEGER PRIMARY KEY,       -- 1 and up
  at       INTEGER NOT NULL,          -- when it was made, seconds since 1970
  audience TEXT NOT NULL              -- whom it was for
);
CREATE TABLE sat_published (
  id           INTEGER PRIMARY KEY,
  publication  INTEGER NOT NULL,
  population   TEXT NOT NULL,
  at           INTEGER NOT NULL,      -- when the counts were true; earlier than the report for frozen ones
  total        INTEGER NOT NULL,
  total_hidden INTEGER NOT NULL,      -- 1: it read "n.p."
  frozen       INTEGER NOT NULL       -- 1: the counts of an earlier report were said again
);
CREATE INDEX sat_published_population ON sat_published(population);
CREATE TABLE sat_published_cell (
  published INTEGER NOT NULL,         -- sat_published.id
  n         INTEGER NOT NULL,         -- position
  dimension TEXT NOT NULL,
  category  TEXT NOT NULL,            -- "": those who were not asked
  count     INTEGER NOT NULL,
  hidden    INTEGER NOT NULL,         -- 1: it read "n.p."
  PRIMARY KEY (published, n)
) WITHOUT ROWID;

-- Words of values that may be searched; the text itself is only in the rows.
CREATE VIRTUAL TABLE sat_search USING fts5(words, content='', columnsize=0, detail=none,
  tokenize='unicode61 remove_diacritics 2');
-- So many bytes of words are gathered before they go into a segment: fewer segments to merge, a smaller index.
INSERT INTO sat_search(sat_search, rank) VALUES('hashsize', 4194304);
