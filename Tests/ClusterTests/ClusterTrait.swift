import Testing

/// One cluster for all tests of a suite.
struct ClusterTrait: SuiteTrait, TestScoping {
    @TaskLocal static var current: ClusterUnderTest?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let cluster = try await ClusterUnderTest.start()
        do {
            try await Self.$current.withValue(cluster) { try await function() }
        } catch {
            try? await cluster.stop()
            throw error
        }
        try await cluster.stop()
    }
}

extension Trait where Self == ClusterTrait {
    static var cluster: Self { ClusterTrait() }
}

/// The cluster of the suite.
func currentCluster() throws -> ClusterUnderTest { try #require(ClusterTrait.current) }

/// The operator in a cluster: everything here holds for any conformant one.
@Suite(.serialized, .cluster)
enum InCluster {}
