import KubernetesClient
import Testing

/// Brings one shop up for all tests of a suite and takes it down afterwards.
struct ShopTrait: SuiteTrait, TestScoping {
    @TaskLocal static var current: RunningShop?

    let port: Int

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let shop = RunningShop(port: port)
        do {
            try await shop.up()
            try await Self.$current.withValue(shop) { try await function() }
        } catch {
            await shop.down()
            throw error
        }
        await shop.down()
    }
}

extension Trait where Self == ShopTrait {
    static func shop(port: Int) -> Self { ShopTrait(port: port) }
}

/// The shop of the suite and a client of its cluster.
func currentShop() throws -> RunningShop {
    try #require(ShopTrait.current)
}
