import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import KubernetesClient

@Suite struct RetryPolicyTests {
    private let read = APIRequest(.GET, "/x")
    private let write = APIRequest(.POST, "/x")
    private let configuration = ClientConfiguration(server: "http://h", maximumAttempts: 4, retryTime: .seconds(30))

    private func status(_ code: Int, retryAfter: Int? = nil) -> KubernetesError {
        .status(Status(code: code, reason: "", message: "", retryAfterSeconds: retryAfter))
    }

    private func lost(_ sent: Bool) -> KubernetesError.Transport {
        .init(request: "", mayHaveBeenSent: sent, underlying: CancellationError())
    }

    private func isRetried(_ request: APIRequest, _ error: KubernetesError) -> Bool {
        var policy = RetryPolicy(request, configuration)
        return policy.pause(after: error, elapsed: .zero) != nil
    }

    @Test func whatTheServerHasNotActedOnIsSentAgainWhateverItIs() {
        for request in [read, write] {
            #expect(isRetried(request, status(429)))
            #expect(isRetried(request, status(503, retryAfter: 1)))
            #expect(isRetried(request, .transport(lost(false))))
        }
    }

    @Test func aWriteOfUnknownOutcomeIsNotSentAgain() {
        for error in [status(500), status(502), status(503), status(504), .uncertain(lost(true))] {
            #expect(!isRetried(write, error))
            #expect(isRetried(APIRequest(.PUT, "/x", isIdempotent: true), error))
        }
        for error in [status(500), status(502), status(503), status(504), .transport(lost(true))] {
            #expect(isRetried(read, error))
        }
    }

    @Test func whatWillNotChangeIsNotSentAgain() {
        for error in [
            status(400), status(401), status(403), status(404), status(409), status(410), status(422), .cancelled,
            .configuration(""), .unexpectedAnswer(""),
        ] { #expect(!isRetried(read, error)) }
    }

    @Test func attemptsAndTimeAreBounded() {
        var policy = RetryPolicy(read, configuration)
        for _ in 0..<3 { #expect(policy.pause(after: status(500), elapsed: .zero) != nil) }
        #expect(policy.pause(after: status(500), elapsed: .zero) == nil)
        var late = RetryPolicy(read, configuration)
        #expect(late.pause(after: status(500), elapsed: .seconds(30)) == nil)
        // Nobody waits for a time that lies beyond.
        var asked = RetryPolicy(read, configuration)
        #expect(asked.pause(after: status(503, retryAfter: 31), elapsed: .zero) == nil)
        #expect(asked.pause(after: status(503, retryAfter: 20), elapsed: .zero) == .seconds(20))
    }

    @Test func pausesGrow() {
        var policy = RetryPolicy(read, configuration)
        #expect(policy.pause(after: status(500), elapsed: .zero, random: 0) == .milliseconds(100))
        #expect(policy.pause(after: status(500), elapsed: .zero, random: 1) == .milliseconds(100))
        #expect(policy.pause(after: status(500), elapsed: .zero, random: 0) == .milliseconds(400))
    }

    @Test func anUncertainAttemptStaysUncertainWhenTheServerIsSilentAfterwards() {
        var policy = RetryPolicy(APIRequest(.PUT, "/x", isIdempotent: true), configuration)
        _ = policy.pause(after: .uncertain(lost(true)), elapsed: .zero)
        #expect(policy.final(.transport(lost(false))).isUncertain)
        #expect(policy.final(status(503)).isUncertain)
        #expect(policy.final(status(409)).isConflict)
        #expect(!RetryPolicy(write, configuration).final(.transport(lost(false))).isUncertain)
    }

    @Test(arguments: [
        (ECONNREFUSED, "connect(descriptor:addr:size:)", true), (ENETUNREACH, "connect(descriptor:addr:size:)", true),
        (EHOSTUNREACH, "finishing a non-blocking connect failed", true),
        (ECONNRESET, "finishing a non-blocking connect failed", true),
        // So ends a connection over which a request went, when its server is cut off.
        (EHOSTUNREACH, "read(descriptor:pointer:size:)", false), (ETIMEDOUT, "read(descriptor:pointer:size:)", false),
        (ECONNRESET, "read(descriptor:pointer:size:)", false),
    ])
    func onlyAnAttemptToConnectSurelySentNothing(code: CInt, reason: String, isSo: Bool) {
        #expect(IOError(errnoCode: code, reason: reason).isFailureToConnect == isSo)
    }

    @Test(arguments: [
        ("3", 3), ("0", 0), ("-1", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 37), ("Sun, 06 Nov 1994 08:48:37 GMT", 0),
        ("soon", nil), ("Sunday, 06-Nov-94 08:49:37 GMT", nil),
    ])
    func retryAfterIsSecondsOrADate(text: String, seconds: Int?) throws {
        let now = try #require(Timestamp("1994-11-06T08:49:00Z"))
        #expect(RetryAfter.seconds(text, now: now) == seconds)
    }
}
