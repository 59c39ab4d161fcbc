internal import GRDB

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The SQLite file. Write-ahead log with `synchronous = NORMAL`: a committed write survives the death of the process
/// (not that of the machine within the last moments).
struct ObjectDatabase: Sendable {
    private let queue: DatabaseQueue

    init(path: String) throws {
        var configuration = Configuration()
        configuration.journalMode = .wal
        // A server that is just ending may still hold the file.
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write { database in
            try database.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS objects (
                        resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
                        revision INTEGER NOT NULL, body BLOB NOT NULL,
                        PRIMARY KEY (resource, namespace, name)
                    ) WITHOUT ROWID;
                    -- The revision of the last deletion: it is in no row of the objects.
                    CREATE TABLE IF NOT EXISTS latest (id INTEGER PRIMARY KEY CHECK (id = 0), revision INTEGER NOT NULL);
                    INSERT OR IGNORE INTO latest VALUES (0, 1000);
                    """)
        }
    }

    /// All objects by resource, and the last revision given to any change.
    func load() throws -> (objects: [String: [StoredObject]], revision: Int64) {
        try queue.read { database in
            var objects: [String: [StoredObject]] = [:]
            let rows = try Row.fetchCursor(
                database, sql: "SELECT resource, namespace, name, revision, body FROM objects")
            // The rows of a namespace come together; its name need be in memory but once.
            var namespace = ""
            while let row = try rows.next() {
                let next: String = row[1]
                if next != namespace { namespace = next }
                let body: [UInt8] = try row.withUnsafeData(atIndex: 4) { Array($0 ?? Data()) }
                objects[row[0], default: []].append(
                    StoredObject(body: body, namespace: namespace, name: row[2], revision: row[3]))
            }
            // The last change was a deletion, or what it left is among the rows.
            let deletion = try Int64.fetchOne(database, sql: "SELECT revision FROM latest") ?? 1
            return (objects, objects.values.joined().reduce(deletion) { max($0, $1.revision) })
        }
    }

    /// One statement, which is a transaction of its own.
    func put(_ resource: String, _ object: StoredObject) throws {
        try queue.writeWithoutTransaction { database in
            try database.cachedStatement(
                sql: "INSERT OR REPLACE INTO objects (resource, namespace, name, revision, body) VALUES (?, ?, ?, ?, ?)"
            ).execute(
                arguments: [resource, object.namespace, object.name, object.revision, Data(object.body)])
        }
    }

    func delete(_ resource: String, _ object: StoredObject) throws {
        try queue.write { database in
            try database.cachedStatement(
                sql: "DELETE FROM objects WHERE resource = ? AND namespace = ? AND name = ?"
            ).execute(arguments: [resource, object.namespace, object.name])
            try database.cachedStatement(sql: "UPDATE latest SET revision = ?").execute(arguments: [object.revision])
        }
    }
}
