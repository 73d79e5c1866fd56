-- What can be searched of a session, written so that the tokenizer finds the words in it: see words.rs.
CREATE TABLE search_text(
  session INTEGER PRIMARY KEY REFERENCES sessions(id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  body TEXT NOT NULL
);

-- The index keeps no text of its own. Short prefixes have lists of their own, for search as you type.
CREATE VIRTUAL TABLE search USING fts5(
  title, body,
  content = 'search_text', content_rowid = 'session',
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
-- A word of the title counts as much as four of the text.
INSERT INTO search(search, rank) VALUES('rank', 'bm25(4.0, 1.0)');

CREATE TRIGGER search_text_added AFTER INSERT ON search_text BEGIN
  INSERT INTO search(rowid, title, body) VALUES(new.session, new.title, new.body);
END;
CREATE TRIGGER search_text_gone AFTER DELETE ON search_text BEGIN
  INSERT INTO search(search, rowid, title, body)
    VALUES('delete', old.session, old.title, old.body);
END;
CREATE TRIGGER search_text_changed AFTER UPDATE ON search_text BEGIN
  INSERT INTO search(search, rowid, title, body)
    VALUES('delete', old.session, old.title, old.body);
  INSERT INTO search(rowid, title, body) VALUES(new.session, new.title, new.body);
END;

-- Sessions whose text has changed since.
CREATE TABLE unindexed(
  session INTEGER PRIMARY KEY REFERENCES sessions(id) ON DELETE CASCADE
);
INSERT INTO unindexed SELECT id FROM sessions;
