-- Times are milliseconds since 1970. `uid` is what the app and its exports name a thing by.
CREATE TABLE folders(
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL,
  -- One level at most: a folder with a parent holds no folders.
  parent INTEGER REFERENCES folders(id) ON DELETE SET NULL
);

CREATE TABLE sessions(
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  title TEXT,
  -- The beginning of the document, for lists.
  preview TEXT NOT NULL DEFAULT '',
  folder INTEGER REFERENCES folders(id) ON DELETE SET NULL,
  pinned INTEGER NOT NULL DEFAULT 0,
  archived INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  trashed_at INTEGER,
  -- The window's settings for this session, as JSON; not interpreted here.
  settings TEXT,
  -- The number of the node the document ends with.
  current INTEGER,
  -- The position behind the last step of the undo log that stands.
  undo_position INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX sessions_in_lists ON sessions(pinned DESC, changed_at DESC, id DESC);
CREATE INDEX sessions_by_folder ON sessions(folder);

CREATE TABLE tags(
  id INTEGER PRIMARY KEY,
  session INTEGER NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  UNIQUE(session, tag)
);
CREATE INDEX tags_by_name ON tags(tag);

CREATE TABLE nodes(
  id INTEGER PRIMARY KEY,
  session INTEGER NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
  -- Nodes and runs are numbered within their session.
  number INTEGER NOT NULL,
  uid BLOB NOT NULL,
  parent INTEGER,
  -- The order among siblings.
  ordinal INTEGER NOT NULL,
  role TEXT NOT NULL,
  run INTEGER,
  lane INTEGER,
  created_at INTEGER NOT NULL,
  hidden INTEGER NOT NULL DEFAULT 0,
  text TEXT NOT NULL,
  -- Authors and tokens of the text; absent where all of it was typed.
  spans BLOB,
  UNIQUE(session, number)
);

CREATE TABLE runs(
  id INTEGER PRIMARY KEY,
  session INTEGER NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  uid BLOB NOT NULL,
  -- The node it began at.
  parent INTEGER,
  model_name TEXT NOT NULL,
  model_hash TEXT NOT NULL,
  -- An unsigned number, bit for bit.
  seed INTEGER,
  finish_reason TEXT,
  tokens INTEGER NOT NULL,
  tokens_per_second REAL,
  started_at INTEGER NOT NULL,
  -- Absent while it goes on, and then after a crash.
  ended_at INTEGER,
  -- The engine's, as JSON; not interpreted here.
  record TEXT NOT NULL,
  -- What stood behind the place where it began.
  tail_text TEXT,
  tail_spans BLOB,
  UNIQUE(session, number)
);
CREATE INDEX runs_going_on ON runs(session) WHERE ended_at IS NULL;

CREATE TABLE steps(
  id INTEGER PRIMARY KEY,
  session INTEGER NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  step BLOB NOT NULL,
  UNIQUE(session, position)
);

CREATE TABLE presets(
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL,
  place INTEGER NOT NULL,
  -- What differs from neutral settings, as JSON; not interpreted here.
  difference TEXT NOT NULL
);
