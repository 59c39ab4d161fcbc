import Testing

@testable import UserService

@Suite struct BcryptTests {
    /// Openwall's test vector, and one made by another implementation.
    @Test func knowsTheHashesOfOthers() throws {
        #expect(try Bcrypt.verify("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"))
        #expect(try !Bcrypt.verify("U*V", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"))
    }

    @Test func hashesAreSaltedAndCarryTheirCost() throws {
        let first = try Bcrypt.hash("secret password", cost: 4)
        let second = try Bcrypt.hash("secret password", cost: 4)
        #expect(first != second)
        #expect(first.hasPrefix("$2b$04$") && first.utf8.count == 60)
        #expect(Bcrypt.cost(of: first) == 4)
        #expect(try Bcrypt.verify("secret password", first))
    }

    @Test func everyByteOfALongPasswordCounts() throws {
        let long = String(repeating: "a", count: 100)
        let hash = try Bcrypt.hash(long, cost: 4)
        #expect(try Bcrypt.verify(long, hash))
        #expect(try !Bcrypt.verify(String(repeating: "a", count: 99) + "b", hash))
        #expect(try !Bcrypt.verify(String(repeating: "a", count: 72), hash))
    }

    @Test func upToSeventyTwoBytesAreHashedAsTheyAre() throws {
        let longest = String(repeating: "ä", count: 36)
        let hash = try Bcrypt.hash(longest, cost: 4)
        #expect(try Bcrypt.verify(longest, hash))
        // Plain bcrypt sees 72 bytes only; with the last one changed it must differ.
        #expect(try !Bcrypt.verify(String(repeating: "ä", count: 35) + "ö", hash))
    }

    @Test func aNulDoesNotEndThePassword() throws {
        let hash = try Bcrypt.hash("password\0one", cost: 4)
        #expect(try Bcrypt.verify("password\0one", hash))
        #expect(try !Bcrypt.verify("password\0two", hash))
        #expect(try !Bcrypt.verify("password", hash))
    }

    @Test func whatIsNotAHashIsAnError() throws {
        #expect(throws: PasswordError.self) { _ = try Bcrypt.verify("password", "nonsense") }
        #expect(Bcrypt.cost(of: "nonsense") == nil)
    }

    @Test func withoutAnAccountVerifyingWorksJustAsHard() async throws {
        let hasher = PasswordHasher(cost: 9, workers: 1)
        let hash = try await hasher.hash("some password")
        /// The shortest of a few: what else the machine does only ever adds.
        func time(_ hash: String?) async throws -> Duration {
            var shortest = Duration.seconds(60)
            for _ in 0..<5 {
                let start = ContinuousClock.now
                #expect(try await !hasher.verify("another", hash))
                shortest = min(shortest, .now - start)
            }
            return shortest
        }
        // A shortcut would be a thousand times faster.
        #expect(try await time(nil) > time(hash) / 4)
    }

    @Test func costsOutsideOfReasonAreIgnored() {
        #expect(HashingCost.configured([:]) == 12)
        #expect(HashingCost.configured(["STOREFRONT_BCRYPT_COST": "5"]) == 5)
        #expect(HashingCost.configured(["STOREFRONT_BCRYPT_COST": "3"]) == 12)
        #expect(HashingCost.configured(["STOREFRONT_BCRYPT_COST": "31"]) == 12)
    }
}
