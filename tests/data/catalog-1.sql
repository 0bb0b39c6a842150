-- A catalog as onrecord made it before sources and stories were remembered.
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE articles (
    id TEXT PRIMARY KEY, version TEXT NOT NULL UNIQUE, source TEXT NOT NULL UNIQUE, digest TEXT NOT NULL,
    title TEXT NOT NULL, full_text TEXT NOT NULL, url TEXT, publisher TEXT, author TEXT, published TEXT
);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, article TEXT NOT NULL REFERENCES articles(id),
    start INTEGER NOT NULL, end INTEGER NOT NULL, sentences TEXT NOT NULL
);
CREATE INDEX passages_by_article ON passages(article);
CREATE VIEW passage_texts AS
    SELECT number, article, title, substr(full_text, start + 1, end - start) AS text
    FROM passages JOIN articles ON articles.id = passages.article;
CREATE VIRTUAL TABLE lexical USING fts5(
    title, text, content='passage_texts', content_rowid='number', tokenize='porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(lexical, row);
CREATE TABLE unwanted_versions (version TEXT PRIMARY KEY);
INSERT INTO facts VALUES ('generation', '1');
INSERT INTO facts VALUES ('embedding_model', 'words');
INSERT INTO facts VALUES ('splitter', 'sentences-2');
INSERT INTO articles VALUES ('196c30c742', '7f201b40e5da', '/news/fair.txt', 'fd2e99a96b00a0251e0c93f6e56b19b9839af2ac82aa019d8cc3c61126b8e8f0', 'Fair weather', 'The sun shone on the harbour all day long. Nobody in Orsk complained.', NULL, NULL, NULL, NULL);
INSERT INTO articles VALUES ('9468ad84f3', '4f457377f672', '/news/storm.txt', '6ed556151678582a76493f65e2646ebaff1d54ed39de294ee98141187d1e5088', 'Storm takes the mill', 'The storm took the roof of the mill on Monday. Mr. Orsk denied any neglect.', NULL, NULL, NULL, NULL);
INSERT INTO passages VALUES (1, '7f201b40e5da.0', '196c30c742', 0, 69, '[[0, 42, 0, 0], [43, 69, 43, 43]]');
INSERT INTO passages VALUES (2, '4f457377f672.0', '9468ad84f3', 0, 75, '[[0, 46, 0, 0], [47, 75, 47, 47]]');
INSERT INTO lexical (lexical) VALUES ('rebuild');
PRAGMA user_version = 1;
