import Testing

@testable import ServiceFoundation

@Suite struct TimeLimitTests {
    @Test func whatEndsInTimeIsReturned() async throws {
        #expect(try await withTimeLimit(.seconds(30)) { 7 } == 7)
    }

    @Test func anErrorOfTheBodyIsThrownAsItIs() async {
        await #expect(throws: CancellationError.self) {
            try await withTimeLimit(.seconds(30)) { throw CancellationError() }
        }
    }

    @Test func whatTakesTooLongIsCancelledAndToldSo() async throws {
        let (ended, end) = AsyncStream.makeStream(of: Bool.self)
        let problem = await #expect(throws: Problem.self) {
            try await withTimeLimit(.milliseconds(20)) {
                let (never, _) = AsyncStream.makeStream(of: Void.self)
                for await _ in never {}
                end.yield(Task.isCancelled)
            }
        }
        #expect(problem?.status == 503)
        #expect(problem?.code == "timeout")
        #expect(await ended.first { _ in true } == true)
    }
}
