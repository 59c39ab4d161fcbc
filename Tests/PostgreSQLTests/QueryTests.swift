import Foundation
import PostgreSQL
import TestServers
import Testing

@Suite struct QueryTests {
    @Test func everyTypeComesBackAsItWasBound() async throws {
        try await TestServers.withPool { pool async throws in
            let id = UUID()
            let date = Date(timeIntervalSince1970: 1_700_000_000.123456)
            let row = try await pool.queryOne(
                """
                SELECT \(42)::bigint AS int, \(-7)::int AS negative, \(true)::boolean AS bool,
                    \("o'b\"\\ü\n")::text AS text, \(id)::uuid AS id, \(1.5)::float8 AS double, \(date)::timestamptz AS at,
                    \(["a", "b\"c,{}\\", "", "NULL"])::text[] AS texts, \([id])::uuid[] AS ids, \([1, -2])::bigint[] AS ints,
                    \([UInt8](0...255))::bytea AS bytes, \(JSONText(#"{"a": 1}"#))::jsonb AS json,
                    \(String?.none)::text AS nothing, \([String]())::text[] AS empty, \(Int64.min)::bigint AS least
                """)
            #expect(try row["int"] == 42)
            #expect(try row["negative"] == -7)
            #expect(try row["bool"] == true)
            #expect(try row["text"] == "o'b\"\\ü\n")
            #expect(try row["id"] == id)
            #expect(try row["double"] == 1.5)
            let at: Date = try row["at"]
            #expect(abs(at.timeIntervalSince(date)) < 0.000_001)
            #expect(try row["texts"] == ["a", "b\"c,{}\\", "", "NULL"])
            #expect(try row["ids"] == [id])
            #expect(try row["ints"] == [1, -2])
            #expect(try row["bytes"] == [UInt8](0...255))
            let json: JSONText = try row["json"]
            #expect(json.text == #"{"a": 1}"#)
            #expect(try row.decode("nothing", as: String?.self) == nil)
            #expect(try row["empty"] == [String]())
            #expect(try row["least"] == Int64.min)
        }
    }

    @Test(arguments: [-62_135_596_800.0, -1.5, 0, 0.000001, 951_782_400, 4_102_444_800.999999])
    func timestampsKeepTheirMicroseconds(seconds: Double) async throws {
        try await TestServers.withPool { pool async throws in
            let date = Date(timeIntervalSince1970: seconds)
            let row = try await pool.queryOne(
                "SELECT \(date)::timestamptz AS at, extract(epoch FROM \(date)::timestamptz)::text AS epoch")
            let at: Date = try row["at"]
            #expect(abs(at.timeIntervalSince1970 - seconds) < 0.000_001)
            let epoch = try #require(Double(try row.decode("epoch", as: String.self)))
            #expect(abs(epoch - seconds) < 0.000_002)
        }
    }

    @Test func decodingErrorsNameTheColumnAndNotTheData() async throws {
        try await TestServers.withPool { pool async throws in
            let row = try await pool.queryOne("SELECT 'secret'::text AS name, NULL::text AS nothing")
            #expect { try row.decode("name", as: Int.self) } throws: {
                "\($0)".contains("name") && !"\($0)".contains("secret")
            }
            #expect { try row.decode("nothing", as: String.self) } throws: { ($0 as? PostgresError)?.code == .decoding }
            #expect { try row.decode("absent", as: String.self) } throws: { "\($0)".contains("absent") }
        }
    }

    @Test func anErrorHasItsCodeAndConstraintButHidesData() async throws {
        let migrations = [Migration(1, "t", "CREATE TABLE people (email text CONSTRAINT people_email_key UNIQUE)")]
        try await TestServers.withPool(migrations: migrations) { pool async throws in
            try await pool.execute("INSERT INTO people VALUES (\("a@b.c"))")
            let error = await #expect(throws: PostgresError.self) {
                try await pool.execute("INSERT INTO people VALUES (\("a@b.c"))")
            }
            #expect(error?.code == .uniqueViolation)
            #expect(error?.constraint == "people_email_key")
            #expect(error.map { "\($0)".contains("a@b.c") } == false)
            #expect(error?.debugDescription.contains("a@b.c") == true)
        }
    }

    @Test func aBatchIsOneTransaction() async throws {
        try await TestServers.withPool(migrations: [Migration(1, "t", "CREATE TABLE numbers (n int PRIMARY KEY)")]) {
            pool in
            await #expect(throws: PostgresError.self) {
                _ = try await pool.batch([
                    "INSERT INTO numbers VALUES (1)", "INSERT INTO numbers VALUES (1)", "SELECT 1",
                ])
            }
            #expect(try await pool.queryOne("SELECT count(*) AS n FROM numbers")["n"] == 0)
            let results = try await pool.batch([
                "INSERT INTO numbers VALUES (1), (2)", "SELECT n FROM numbers ORDER BY n",
            ])
            #expect(results[0].affected == 2)
            let numbers = try results[1].rows.map { try $0.decode("n", as: Int.self) }
            #expect(numbers == [1, 2])
        }
    }

    @Test func splicedStatementsKeepTheirParametersInOrder() {
        let filter: SQL = "price >= \(10) AND price < \(20)"
        let conditions: [SQL] = [filter, "name = \("x")"]
        let sql: SQL = "SELECT * FROM t WHERE id = \(1) AND \(conditions.joined(by: " AND ")) LIMIT \(5)"
        #expect(sql.text == "SELECT * FROM t WHERE id = $1 AND price >= $2 AND price < $3 AND name = $4 LIMIT $5")
        #expect(sql.values.map(\.text) == ["1", "10", "20", "x", "5"])
    }

    @Test func aTextWithU0000IsRefusedRatherThanCut() async throws {
        try await TestServers.withPool { pool async throws in
            let error = await #expect(throws: PostgresError.self) {
                _ = try await pool.query("SELECT \("a\0b")::text AS t")
            }
            #expect(error?.code.rawValue == "22021")
        }
    }

    @Test func aLargeBatchAndLargeValuesGoThrough() async throws {
        try await TestServers.withPool { pool async throws in
            let text = String(repeating: "x", count: 1 << 20)
            let results = try await pool.batch((0..<20).map { "SELECT \($0)::int AS n, \(text)::text AS t" })
            let numbers = try results.map { try $0.rows[0].decode("n", as: Int.self) }
            #expect(numbers == Array(0..<20))
            let last: String = try results[19].rows[0]["t"]
            #expect(last.utf8.count == 1 << 20)
        }
    }

    @Test func thousandsOfDifferentStatementsDoNotFillTheServer() async throws {
        try await TestServers.withPool(maximumConnections: 1) { pool async throws in
            for index in 0..<400 { _ = try await pool.query("SELECT \(unchecked: String(index)) AS n") }
            let row = try await pool.queryOne("SELECT count(*) AS n FROM pg_prepared_statements")
            let count: Int = try row["n"]
            #expect(count <= 256)
        }
    }

    @Test func aStatementSurvivesAChangeOfItsTable() async throws {
        try await TestServers.withPool(migrations: [Migration(1, "t", "CREATE TABLE t (a int)")], maximumConnections: 1)
        { pool async throws in
            try await pool.execute("INSERT INTO t VALUES (1)")
            #expect(try await pool.query("SELECT * FROM t").count == 1)
            try await pool.execute("ALTER TABLE t ADD COLUMN b int DEFAULT 5")
            #expect(try await pool.queryOne("SELECT * FROM t")["b"] == 5)
        }
    }

    @Test func aStatementThatRunsTooLongIsStopped() async throws {
        var configuration = PostgresConfiguration(try await TestServers.database())
        configuration.statementTimeout = .milliseconds(100)
        let pool = PostgresPool(configuration)
        let error = await #expect(throws: PostgresError.self) { _ = try await pool.query("SELECT pg_sleep(5)") }
        #expect(error?.code == .queryCanceled)
        await pool.close()
    }

    @Test func manyQueriesASecond() async throws {
        try await TestServers.withPool(maximumConnections: 4) { pool async throws in
            let start = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask { for index in 0..<500 { _ = try await pool.query("SELECT \(index)::int AS n") } }
                }
                try await group.waitForAll()
            }
            let elapsed = ContinuousClock.now - start
            print("4000 queries in \(elapsed)")
            #expect(elapsed < .seconds(8))
        }
    }
}
