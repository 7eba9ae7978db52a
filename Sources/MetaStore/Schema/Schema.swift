/// The database's tables, release by release.
///
/// Migrations only go forward, each in one transaction.
enum Schema {
    /// The number that this program writes into `PRAGMA user_version`.
    static let version: Int64 = 3

    /// Marks the file as ours in `PRAGMA application_id` ("mmgr").
    static let applicationID: Int64 = 0x6D6D_6772

    /// Version 1: objects with their lists, change feed, outbox, tombstones, and the classic table as a view.
    static let first = """
        CREATE TABLE object(
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            type TEXT NOT NULL,
            namespace TEXT NOT NULL,
            name TEXT NOT NULL,
            uid TEXT NOT NULL,
            version TEXT NOT NULL,
            api_version TEXT NOT NULL,
            kind TEXT NOT NULL,
            revision INTEGER NOT NULL,
            origin INTEGER NOT NULL,
            stored INTEGER NOT NULL,
            confirmed INTEGER NOT NULL,
            sealed INTEGER NOT NULL DEFAULT 0,
            value TEXT NOT NULL
        );
        CREATE INDEX object_list ON object(type, namespace);
        CREATE TABLE change(
            revision INTEGER PRIMARY KEY,
            object INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            key TEXT,
            type TEXT,
            value TEXT
        );
        CREATE TABLE outbox(
            place INTEGER PRIMARY KEY,
            id TEXT NOT NULL,
            class INTEGER NOT NULL,
            key TEXT NOT NULL,
            ends_by_answer INTEGER NOT NULL,
            created INTEGER NOT NULL,
            frame BLOB NOT NULL
        );
        CREATE INDEX outbox_key ON outbox(key) WHERE key <> '';
        CREATE TABLE tombstone(
            key TEXT PRIMARY KEY,
            uid TEXT NOT NULL,
            version TEXT NOT NULL,
            deleted INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX tombstone_age ON tombstone(deleted);
        CREATE TABLE state(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        CREATE VIEW meta(key, type, value) AS SELECT key, type, value FROM object;
        """

    /// Version 2: sealed values.
    ///
    /// `sealed` is the number of the data key, 0 for a value in plain; `written` is the revision
    /// at which the value of a removed object was sealed.
    ///
    /// The classic view shows no value for sealed rows: its readers expect JSON.
    static let second = """
        CREATE TABLE seal_key(
            id INTEGER PRIMARY KEY,
            wrapped BLOB NOT NULL,
            fingerprint TEXT NOT NULL,
            created INTEGER NOT NULL
        );
        ALTER TABLE change ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE change ADD COLUMN written INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE outbox ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX object_sealed ON object(sealed) WHERE sealed <> 0;
        CREATE INDEX change_sealed ON change(sealed) WHERE sealed <> 0;
        CREATE INDEX outbox_sealed ON outbox(sealed) WHERE sealed <> 0;
        DROP VIEW meta;
        CREATE VIEW meta(key, type, value) AS
            SELECT key, type, CASE WHEN sealed = 0 THEN value END FROM object;
        """

    /// Version 3: check sums, what is merely cached by age and how much it is, when the feed's lines were written, what
    /// was lost, and what a KubeEdge file looked like before it was taken over.
    ///
    /// `sum` is 0 where none is known: rows of older releases, and sealed ones, which carry their own proof. The
    /// triggers keep the count of cached rows and of their bytes, keys and stored values together, whoever writes.
    ///
    /// `classic` has a line for each row of a taken-over `meta` (source 0) or `meta_v2` (1) that became an object: its
    /// key there (`place`), the object's, the revision it got, and whether its value went to the object (`moved`). What
    /// has to be sealed and is not in an object stands in `value`. `classic_schema` is that file's `sqlite_schema`.
    static let third = """
        ALTER TABLE object ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE outbox ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX object_cached ON object(stored) WHERE origin = 1;
        CREATE TABLE feed_mark(revision INTEGER PRIMARY KEY, time INTEGER NOT NULL);
        CREATE TABLE lost(key TEXT PRIMARY KEY, noted INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE classic(
            id INTEGER PRIMARY KEY,
            source INTEGER NOT NULL,
            place TEXT NOT NULL,
            key TEXT NOT NULL,
            revision INTEGER NOT NULL,
            moved INTEGER NOT NULL DEFAULT 0,
            sealed INTEGER NOT NULL DEFAULT 0,
            value BLOB,
            UNIQUE(source, place)
        );
        CREATE INDEX classic_key ON classic(key);
        CREATE INDEX classic_sealed ON classic(sealed) WHERE sealed <> 0;
        CREATE TABLE classic_schema(
            place INTEGER PRIMARY KEY,
            type TEXT NOT NULL,
            name TEXT NOT NULL,
            tbl_name TEXT NOT NULL,
            sql TEXT NOT NULL
        );
        INSERT INTO state(name, value) SELECT 'cached_bytes', \(CacheCount.bytes) FROM object WHERE origin = 1;
        INSERT INTO state(name, value) SELECT 'cached_rows', count(*) FROM object WHERE origin = 1;
        CREATE TRIGGER cached_added AFTER INSERT ON object WHEN new.origin = 1 BEGIN
            UPDATE state SET value = value + \(CacheCount.size("new")) WHERE name = 'cached_bytes';
            UPDATE state SET value = value + 1 WHERE name = 'cached_rows';
        END;
        CREATE TRIGGER cached_removed AFTER DELETE ON object WHEN old.origin = 1 BEGIN
            UPDATE state SET value = value - \(CacheCount.size("old")) WHERE name = 'cached_bytes';
            UPDATE state SET value = value - 1 WHERE name = 'cached_rows';
        END;
        CREATE TRIGGER cached_changed AFTER UPDATE OF key, origin, value ON object
        WHEN old.origin = 1 OR new.origin = 1 BEGIN
            UPDATE state SET value = value + iif(new.origin = 1, \(CacheCount.size("new")), 0)
                - iif(old.origin = 1, \(CacheCount.size("old")), 0) WHERE name = 'cached_bytes';
            UPDATE state SET value = value + (new.origin = 1) - (old.origin = 1) WHERE name = 'cached_rows';
        END;
        """

    /// Every step, in order; the number of a version is its place from 1.
    static let steps = [first, second, third]
}
