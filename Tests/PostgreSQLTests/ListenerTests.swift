import PostgreSQL
import TestServers
import Testing

@Suite struct ListenerTests {
    @Test func notificationsArriveAfterCommitAndAfterAReconnect() async throws {
        let configuration = PostgresConfiguration(try await TestServers.database())
        let pool = PostgresPool(configuration)
        let heard = Shared<[String?]>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await PostgresListener(configuration, channel: "bell").run { payload in
                    heard.change { $0.append(payload) }
                }
            }
            try await eventually { heard.value == [nil] }
            try await pool.transaction { tx in
                try await tx.execute("SELECT pg_notify('bell', 'one')")
                try await tx.execute("SELECT pg_sleep(0.05)")
                #expect(heard.value.count == 1)
            }
            try await eventually { heard.value == [nil, "one"] }
            let administration = PostgresPool(
                PostgresConfiguration(try await TestServers.postgres().superuserCredentials))
            try await administration.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = \(try configuration.credentials().database)"
            )
            await administration.close()
            try await eventually { heard.value == [nil, "one", nil] }
            try await pool.execute("SELECT pg_notify('bell', 'two')")
            try await eventually { heard.value == [nil, "one", nil, "two"] }
            group.cancelAll()
        }
        await pool.close()
    }
}
