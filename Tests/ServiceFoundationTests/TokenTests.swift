import Contracts
import Crypto
import Foundation
import HTTPTypes
import HummingbirdTesting
import JWTKit
import ServiceFoundation
import TestServers
import Testing

@Suite struct TokenTests {
    func code(_ verifier: TokenVerifier, _ token: String) async -> String? {
        do {
            _ = try await verifier.verify(token)
            return nil
        } catch {
            #expect((error as? Problem)?.status == 401)
            return (error as? Problem)?.code
        }
    }

    @Test func aGoodTokenIsThePerson() async throws {
        let signer = TestSigner()
        let user = UUID.v7()
        let principal = try await signer.verifier.verify(try await signer.token(user, role: .support))
        #expect(principal.userID == user)
        #expect(principal.role == .support)
        #expect(principal.tokenID != nil)
    }

    @Test func expiredForgedAndForeignTokensAreRefused() async throws {
        let signer = TestSigner()
        let verifier = signer.verifier
        let user = UUID.v7()
        let good = try await signer.token(user)
        #expect(await code(verifier, good) == nil)
        #expect(
            await code(verifier, try await signer.token(user, issuedAt: Date() - 1000, lifetime: 900))
                == "token_expired")
        #expect(await code(verifier, try await signer.token(user, issuer: "other")) == "token_invalid")
        #expect(await code(verifier, try await signer.token(user, audience: "other")) == "token_invalid")
        #expect(await code(verifier, try await TestSigner(identifier: "test").token(user)) == "token_invalid")
        #expect(await code(verifier, try await TestSigner(identifier: "unknown").token(user)) == "token_invalid")
        let parts = good.split(separator: ".").map(String.init)
        let claims =
            #"{"iss":"storefront","aud":["storefront"],"sub":"\#(user.text)","role":"admin","exp":9999999999,"iat":1,"jti":"x"}"#
        for token in [
            parts[0] + "." + url(claims) + "." + parts[2], parts[0] + "." + parts[1] + ".", parts[0] + "." + parts[1],
            "", "x", "..",
            url(#"{"alg":"none","kid":"test"}"#) + "." + url(claims) + ".",
            url(#"{"alg":"ES256"}"#) + "." + parts[1] + "." + parts[2],
        ] { #expect(await code(verifier, token) == "token_invalid", "\(token)") }
    }

    @Test func aTokenSignedWithThePublicKeyAsASecretIsRefused() async throws {
        let signer = TestSigner()
        let head = url(#"{"alg":"HS256","kid":"test"}"#)
        let claims = url(
            #"{"iss":"storefront","aud":["storefront"],"sub":"\#(UUID.v7().text)","role":"admin","exp":9999999999,"iat":1,"jti":"x"}"#
        )
        let mac = HMAC<SHA256>.authenticationCode(
            for: Data("\(head).\(claims)".utf8), using: SymmetricKey(data: Data(signer.keySet.utf8)))
        #expect(await code(signer.verifier, "\(head).\(claims).\(url(Data(mac)))") == "token_invalid")
    }

    @Test func aNewKeyInTheKeySetIsTakenOver() async throws {
        let old = TestSigner(identifier: "old")
        let new = TestSigner(identifier: "new")
        let keySet = Shared(old.keySet)
        let verifier = TokenVerifier(issuer: "storefront", audience: "storefront") { keySet.value }
        #expect(await code(verifier, try await old.token(.v7())) == nil)
        #expect(await code(verifier, try await new.token(.v7())) == "token_invalid")
        keySet.change { $0 = new.keySet }
        let token = try await new.token(.v7())
        try await eventually { await code(verifier, token) == nil }
        let oldToken = try await old.token(.v7())
        #expect(await code(verifier, oldToken) == "token_invalid")
    }

    @Test func routesAskForPersonsRolesAndOwners() async throws {
        try await TestService<DemoService>.with { shop async throws in
            let user = UUID.v7()
            let customer: HTTPFields = [.authorization: try await shop.authorization(user)]
            let admin: HTTPFields = [.authorization: try await shop.authorization(.v7(), role: .admin)]
            try await shop.publicApplication.test(.router) { client async throws in
                let nobody = try await client.send(.get, "/api/v1/me")
                #expect(nobody.status == .unauthorized)
                #expect(nobody.headers[.wwwAuthenticate] != nil)
                #expect(try nobody.problem().code == "authentication_required")
                #expect(try await client.send(.get, "/api/v1/me", customer).text.contains(user.text))
                #expect(
                    try await client.send(.get, "/api/v1/me", [.authorization: "Basic eDp5"]).status == .unauthorized)
                // A bad token is refused even where none is needed.
                #expect(
                    try await client.send(.get, "/api/v1/items", [.authorization: "Bearer x.y.z"]).status
                        == .unauthorized)
                #expect(try await client.send(.get, "/api/v1/admin", customer).status == .forbidden)
                #expect(try await client.send(.get, "/api/v1/admin", admin).status == .noContent)
                #expect(try await client.send(.get, "/api/v1/users/\(user.text)", customer).status == .noContent)
                #expect(try await client.send(.get, "/api/v1/users/\(UUID.v7().text)", customer).status == .forbidden)
                #expect(try await client.send(.get, "/api/v1/users/\(user.text)", admin).status == .noContent)
            }
        }
    }

    func url(_ text: String) -> String { url(Data(text.utf8)) }

    func url(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
