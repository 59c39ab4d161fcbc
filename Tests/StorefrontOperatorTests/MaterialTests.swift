import Contracts
import Crypto
import Foundation
import KubernetesClient
import SwiftASN1
import Testing
import X509

@testable import StorefrontOperator

@Suite("Generated secrets")
struct MaterialTests {
    static let now = Date(timeIntervalSince1970: 1_800_000_000)

    /// What the cluster holds after the plan's Secrets were applied.
    static func stored(_ shop: Shop, _ material: ShopMaterial) -> [String: [String: String]] {
        var stored: [String: [String: String]] = [:]
        for planned in shop.secrets(material) {
            let data = planned.object["data"]?.stringMapValue ?? [:]
            stored[planned.object.name] = data.compactMapValues {
                Data(base64Encoded: $0).map { String(decoding: $0, as: UTF8.self) }
            }
        }
        return stored
    }

    @Test("are kept when they are there, all of them")
    func kept() throws {
        let shop = try Fixtures.shop()
        let first = try ShopMaterial(of: shop, existing: [:], now: Self.now)
        let second = try ShopMaterial(of: shop, existing: Self.stored(shop, first), now: Self.now + 3600)
        #expect(first == second)
    }

    @Test("differ from service to service and shop to shop")
    func unpredictable() throws {
        let shop = try Fixtures.shop()
        let first = try ShopMaterial(of: shop, existing: [:], now: Self.now)
        let second = try ShopMaterial(of: shop, existing: [:], now: Self.now)
        let passwords =
            Array(first.databasePasswords.values) + Array(first.brokerPasswords.values)
            + Array(second.databasePasswords.values)
        #expect(Set(passwords).count == 15)
        #expect(passwords.allSatisfy { $0.count == 32 })
        #expect(first.signingKey != second.signingKey)
    }

    @Test("take a value that the user brings instead of making one")
    func supplied() throws {
        let shop = try Fixtures.shop()
        let material = try ShopMaterial(
            of: shop, existing: ["acme-user-database": ["password": "mine"], "acme-admin": ["password": "own"]],
            now: Self.now)
        #expect(material.databasePasswords[.user] == "mine")
        #expect(material.adminPassword == "own")
    }

    @Test("are not replaced when they are unusable, but named")
    func unusable() throws {
        let shop = try Fixtures.shop()
        #expect(throws: UnusableSecret.self) {
            try ShopMaterial(
                of: shop, existing: ["acme-jwt-signing": ["signing-key.json": "garbage"]], now: Self.now)
        }
        #expect(throws: UnusableSecret.self) {
            try ShopMaterial(
                of: shop, existing: ["acme-ca": ["tls.crt": "garbage", "tls.key": "garbage"]], now: Self.now)
        }
    }

    @Test("certificates name the service in every way it is called, and tell who it is")
    func certificates() throws {
        let shop = try Fixtures.shop()
        let material = try ShopMaterial(of: shop, existing: [:], now: Self.now)
        let pair = try #require(material.certificates[.order])
        let leaf = try Certificate(pemEncoded: pair.certificate)
        let authority = try Certificate(pemEncoded: material.authority.certificate)
        #expect(authority.publicKey.isValidSignature(leaf.signature, for: leaf))
        let names = try #require(try leaf.extensions.subjectAlternativeNames)
        #expect(names.contains(.dnsName("acme-order")))
        #expect(names.contains(.dnsName("acme-order.default.svc")))
        #expect(names.contains(.dnsName("acme-order.default.svc.cluster.local")))
        #expect(names.contains(.uniformResourceIdentifier("spiffe://default/acme/order")))
        #expect(leaf.notValidAfter > Self.now + 300 * 86_400)
    }

    @Test("certificates are renewed when two thirds of their time are over, or another authority's")
    func renewal() throws {
        let shop = try Fixtures.shop()
        let first = try ShopMaterial(of: shop, existing: [:], now: Self.now)
        let stored = Self.stored(shop, first)
        let early = try ShopMaterial(of: shop, existing: stored, now: Self.now + 240 * 86_400)
        #expect(early.certificates == first.certificates)
        let late = try ShopMaterial(of: shop, existing: stored, now: Self.now + 250 * 86_400)
        #expect(late.certificates[.user] != first.certificates[.user])
        #expect(late.authority == first.authority)
        var foreign = stored
        foreign["acme-ca"] = nil
        let other = try ShopMaterial(of: shop, existing: foreign, now: Self.now)
        #expect(other.certificates[.user] != first.certificates[.user])
    }

    @Test("the signing key's public half verifies what the private one signs")
    func signingKey() throws {
        let key = SigningKey()
        let read = try #require(SigningKey(json: key.jwk.text()))
        #expect(read == key)
        let published = try #require(key.publicKeySet["keys"]?[0])
        #expect(published["d"] == nil)
        let x = try #require(SigningKey.data(base64URL: published["x"]?.stringValue ?? ""))
        let y = try #require(SigningKey.data(base64URL: published["y"]?.stringValue ?? ""))
        let d = try #require(SigningKey.data(base64URL: key.jwk["d"]?.stringValue ?? ""))
        let message = Data("message".utf8)
        let signature = try P256.Signing.PrivateKey(rawRepresentation: d).signature(for: message)
        #expect(try P256.Signing.PublicKey(rawRepresentation: x + y).isValidSignature(signature, for: message))
    }

    @Test("PostgreSQL's verifier is the one of RFC 7677")
    func scram() {
        // The example exchange of RFC 7677, section 3.
        let salt = Array(Data(base64Encoded: "W22ZaJ0SNY7soEsUEjb6gQ==") ?? Data())
        #expect(
            ScramVerifier.text(password: "pencil", salt: salt)
                == "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ=="
                + "$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")
        #expect(ScramVerifier.text(password: "pässword", salt: salt) == nil)
    }

    @Test("RabbitMQ's password hashes are told apart")
    func passwordHash() {
        // From RabbitMQ's documentation of password hashing: the password test12 with the salt 908D C60A.
        #expect(
            PasswordHash.make("test12", salt: [0x90, 0x8D, 0xC6, 0x0A])
                == "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR")
        let hash = PasswordHash.make("secret")
        #expect(PasswordHash.matches("secret", hash: hash, algorithm: PasswordHash.algorithm))
        #expect(!PasswordHash.matches("other", hash: hash, algorithm: PasswordHash.algorithm))
    }
}
