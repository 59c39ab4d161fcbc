import Testing

@testable import UserService

@Suite struct AccountStatusTests {
    @Test func anAdminSuspendsAndReinstates() {
        #expect(AccountStatus.active.applying(.suspend, by: .admin) == .to(.suspended, [.endSessions]))
        #expect(AccountStatus.suspended.applying(.reinstate, by: .admin) == .to(.active, []))
    }

    @Test(arguments: [AccountStatus.active, .suspended, .deactivated])
    func aPersonNeitherSuspendsNorReinstates(_ status: AccountStatus) {
        #expect(status.applying(.suspend, by: .owner) == .forbidden)
        #expect(status.applying(.reinstate, by: .owner) == .forbidden)
    }

    @Test func deactivationEndsSessionsTellsAndOnlyThenAnonymises() {
        let expected = AccountTransition.to(.deactivated, [.endSessions, .publishDeactivated, .anonymise])
        #expect(AccountStatus.active.applying(.deactivate, by: .owner) == expected)
        #expect(AccountStatus.active.applying(.deactivate, by: .admin) == expected)
        #expect(AccountStatus.suspended.applying(.deactivate, by: .admin) == expected)
    }

    @Test func aSuspendedPersonCannotSlipAway() {
        #expect(AccountStatus.suspended.applying(.deactivate, by: .owner) == .forbidden)
    }

    @Test func deactivatedIsTheEnd() {
        #expect(AccountStatus.deactivated.applying(.suspend, by: .admin) == .refused)
        #expect(AccountStatus.deactivated.applying(.reinstate, by: .admin) == .refused)
        #expect(AccountStatus.deactivated.applying(.deactivate, by: .admin) == .unchanged)
        #expect(AccountStatus.deactivated.applying(.deactivate, by: .owner) == .unchanged)
    }

    @Test func repeatingChangesNothing() {
        #expect(AccountStatus.suspended.applying(.suspend, by: .admin) == .unchanged)
        #expect(AccountStatus.active.applying(.reinstate, by: .admin) == .unchanged)
    }
}
