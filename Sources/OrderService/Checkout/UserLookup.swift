import Contracts
import HTTPTypes
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Asks the user service who somebody is and where they live.
struct UserLookup: Sendable {
    let peers: any PeerCalling

    /// Throws problem 403 unless the account is active.
    func requireActive(_ user: UUID) async throws {
        let account: InternalUser = try await get("/internal/v1/users/\(user.text)") {
            Problem.forbidden("account_not_active", "The account is not active.")
        }
        guard account.accountStatus == "active" else {
            throw Problem.forbidden("account_not_active", "The account is not active.")
        }
    }

    /// Throws problem 422 unless the address is the user's.
    func address(_ address: UUID, of user: UUID) async throws -> AddressSnapshot {
        try await get("/internal/v1/users/\(user.text)/addresses/\(address.text)") {
            Problem.unprocessable(
                "unknown_address", "The address is not one of yours.",
                errors: [FieldError(pointer: "/address_id", detail: "is unknown")])
        }
    }

    private func get<Answer: Decodable>(_ path: String, missing: () -> Problem) async throws -> Answer {
        do {
            return try await peers.send(PeerRequest(.user, .get, path, timeout: .seconds(2))).decode(Answer.self)
        } catch PeerError.problem(_, let problem) where problem.status == 404 {
            throw missing()
        } catch is PeerError {
            throw Problem.unavailable("accounts_unavailable", "Accounts cannot be reached at the moment.")
        }
    }
}
