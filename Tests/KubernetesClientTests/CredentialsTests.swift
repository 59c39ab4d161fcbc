import Foundation
import Synchronization
import Testing

@testable import KubernetesClient

@Suite struct CredentialsTests {
    private final class Clock: Sendable {
        let time = Mutex(ContinuousClock.now)

        func advance(by duration: Duration) { time.withLock { $0 += duration } }
    }

    /// As the kubelet replaces the token of a pod while the pod runs.
    @Test func aTokenIsReadAgainAfterTenSecondsAndNotBefore() async throws {
        let folder = try TemporaryFolder()
        let clock = Clock()
        let configuration = ClientConfiguration(server: "http://h", token: .file(folder.path + "/token"))
        let credentials = Credentials(configuration) { clock.time.withLock { $0 } }
        try folder.write("token", "one\n")
        #expect(try await credentials.current().authorization == "Bearer one")
        try folder.write("token", "two\n")
        clock.advance(by: .milliseconds(9_999))
        #expect(try await credentials.current().authorization == "Bearer one")
        clock.advance(by: .milliseconds(1))
        #expect(try await credentials.current().authorization == "Bearer two")
        try folder.write("token", "three\n")
        credentials.readAnew()
        #expect(try await credentials.current().authorization == "Bearer three")
    }

    @Test func aFileThatIsAwayForAMomentStopsNobody() async throws {
        let folder = try TemporaryFolder()
        let clock = Clock()
        let configuration = ClientConfiguration(server: "http://h", token: .file(folder.path + "/token"))
        let credentials = Credentials(configuration) { clock.time.withLock { $0 } }
        await #expect(throws: KubernetesError.self) { try await credentials.current() }
        try folder.write("token", "one")
        #expect(try await credentials.current().authorization == "Bearer one")
        try FileManager.default.removeItem(atPath: folder.path + "/token")
        clock.advance(by: .seconds(10))
        let old = try await credentials.current()
        #expect(old.authorization == "Bearer one")
        #expect(await credentials.renew(after: old) == false)
        try folder.write("token", "two")
        #expect(await credentials.renew(after: old))
        #expect(try await credentials.current().authorization == "Bearer two")
    }
}
