#include <sqlite3.h>

// Takes a variable list of arguments, which Swift cannot call: the log is left as it is when the last connection closes.
static inline int csqlite_no_checkpoint_on_close(sqlite3 *database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

// Whether statements of this connection fire triggers.
static inline int csqlite_triggers(sqlite3 *database, int fire) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_TRIGGER, fire, (int *)0);
}

// Room for the small allocations of statements, which the schema alone would use up otherwise.
static inline int csqlite_lookaside(sqlite3 *database, int size, int count) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_LOOKASIDE, (void *)0, size, count);
}
