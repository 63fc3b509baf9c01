// Swift cannot call a C function whose number of arguments varies. Declared here and not included: the types of sqlite3.h belong
// to the module that GRDB makes of it.
int sqlite3_config(int option, ...);

/// Stops SQLite from counting its memory (SQLITE_CONFIG_MEMSTATUS, 9): under every allocation it takes a mutex of the whole
/// process for that, and all event loops would wait for each other. SQLITE_MISUSE when a database was opened before.
static inline int latchkey_sqlite3_do_not_count_memory(void) {
    return sqlite3_config(9, 0);
}
