-- A catalog as onrecord made it while its words were in FTS5, with a version that a killed run has left.
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE articles (
    id TEXT PRIMARY KEY, version TEXT NOT NULL UNIQUE, source TEXT NOT NULL UNIQUE, digest TEXT NOT NULL,
    title TEXT NOT NULL, full_text TEXT NOT NULL, url TEXT, publisher TEXT, author TEXT, published TEXT,
    published_by TEXT, language TEXT, fetched TEXT, story TEXT NOT NULL DEFAULT ''
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
CREATE TABLE older_versions (
    version TEXT PRIMARY KEY, article TEXT NOT NULL, title TEXT NOT NULL, full_text TEXT NOT NULL, url TEXT,
    publisher TEXT, author TEXT, published TEXT, published_by TEXT, language TEXT, fetched TEXT
);
CREATE INDEX older_versions_by_article ON older_versions(article);
CREATE TABLE bands (key INTEGER NOT NULL, article TEXT NOT NULL, PRIMARY KEY (key, article)) WITHOUT ROWID;
CREATE INDEX bands_by_article ON bands(article);
CREATE TABLE roots (name TEXT PRIMARY KEY);
CREATE TABLE resources (address TEXT PRIMARY KEY, etag TEXT, modified TEXT);
CREATE TABLE holdings (
    root TEXT NOT NULL, address TEXT NOT NULL, article TEXT NOT NULL, PRIMARY KEY (root, address, article)
) WITHOUT ROWID;
CREATE INDEX holdings_by_article ON holdings(article);
CREATE TABLE dismissed (source TEXT PRIMARY KEY);
CREATE TABLE unwanted_vectors (name TEXT PRIMARY KEY);
CREATE INDEX articles_by_published ON articles(published);
CREATE INDEX articles_by_publisher ON articles(publisher COLLATE NOCASE);
CREATE INDEX articles_by_author ON articles(author COLLATE NOCASE);
CREATE INDEX articles_by_story ON articles(story);
CREATE INDEX articles_by_url ON articles(url);
INSERT INTO facts VALUES ('generation', '1');
INSERT INTO facts VALUES ('embedding_model', 'words');
INSERT INTO facts VALUES ('splitter', 'sentences-2');
INSERT INTO facts VALUES ('vectors', 'passages');
INSERT INTO articles VALUES ('9468ad84f3','a9d266255edd','/news/storm.txt','aa758a97965b8b14380854d79fafd52c2fe7521d4aeaf9231edd2afb3958acd2','Storm takes the mill','The storm took the roof of the mill on Monday. Mr. Orsk denied any neglect.',NULL,NULL,NULL,NULL,NULL,NULL,'2026-11-25T14:54:42+00:00','a9d266255edd');
INSERT INTO articles VALUES ('196c30c742','02711dc58ab7','/news/fair.txt','bd3a85011c8f0c48c936a4928dc8c261c3caf1907f087dcb3deeda003e150a18','Fair weather','The sun shone on the harbour all day long. Nobody in Orsk complained.',NULL,NULL,NULL,NULL,NULL,NULL,'2026-11-25T14:54:42+00:00','02711dc58ab7');
INSERT INTO passages VALUES (1,'a9d266255edd.0','9468ad84f3',0,75,'[[0, 46, 0, 0], [47, 75, 47, 47]]');
INSERT INTO passages VALUES (2,'02711dc58ab7.0','196c30c742',0,69,'[[0, 42, 0, 0], [43, 69, 43, 43]]');
INSERT INTO roots VALUES ('/news/storm.txt');
INSERT INTO roots VALUES ('/news/fair.txt');
INSERT INTO holdings VALUES ('/news/fair.txt','/news/fair.txt','196c30c742');
INSERT INTO holdings VALUES ('/news/storm.txt','/news/storm.txt','9468ad84f3');
INSERT INTO unwanted_versions VALUES ('5ed1f0a9c0de');
INSERT INTO lexical (lexical) VALUES ('rebuild');
PRAGMA user_version = 2;
