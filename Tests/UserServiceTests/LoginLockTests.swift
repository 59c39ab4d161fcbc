import Foundation
import Testing

@testable import UserService

@Suite struct LoginLockTests {
    private let start = Date(timeIntervalSince1970: 1_800_000_000)

    private func failures(_ count: Int, every seconds: TimeInterval = 1) -> LoginLock {
        (0..<count).reduce(LoginLock()) { $0.failed(at: start.addingTimeInterval(Double($1) * seconds)) }
    }

    @Test func fourFailuresDoNotLock() {
        #expect(failures(4).secondsLocked(at: start.addingTimeInterval(4)) == nil)
    }

    @Test func theFifthLocksForAQuarterOfAnHour() {
        let lock = failures(5)
        #expect(lock.secondsLocked(at: start.addingTimeInterval(4)) == 900)
        #expect(lock.secondsLocked(at: start.addingTimeInterval(4 + 899.5)) == 1)
        #expect(lock.secondsLocked(at: start.addingTimeInterval(4 + 900)) == nil)
    }

    @Test func attemptsDuringTheLockDoNotProlongIt() {
        let lock = failures(5)
        #expect(lock.failed(at: start.addingTimeInterval(100)) == lock)
    }

    @Test func afterTheLockCountingStartsAnew() {
        let next = failures(5).failed(at: start.addingTimeInterval(1000))
        #expect(next.failures == 1)
        #expect(next.secondsLocked(at: start.addingTimeInterval(1000)) == nil)
    }

    @Test func oldFailuresAreForgotten() {
        #expect(failures(8, every: 901).failures == 1)
    }
}
