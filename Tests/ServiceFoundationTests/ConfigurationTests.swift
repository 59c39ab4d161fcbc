import Configuration
import Contracts
import Foundation
import TestServers
import Testing

@testable import ServiceFoundation

@Suite struct ConfigurationTests {
    func load(_ json: String, _ environment: [String: String] = [:], _ service: ServiceName = .order) async throws
        -> ServiceConfiguration
    {
        try await withTemporaryFolder { folder async throws in
            let path = folder + "/config.json"
            try json.write(toFile: path, atomically: true, encoding: .utf8)
            return try ConfigurationLoader(
                path: path, service: service,
                environment: EnvironmentVariablesProvider(environmentVariables: environment)
            ).load()
        }
    }

    @Test func whatAnOlderFileLeavesOutHasItsDefault() async throws {
        let configuration = try await load(#"{"storefront":"acme","currency":"EUR","order":{"shipping_cents":500}}"#)
        #expect(configuration.storefront == "acme")
        #expect(configuration.currency.rawValue == "EUR")
        #expect(configuration.database == DatabaseConfiguration())
        #expect(configuration.order?.shippingCents == 500)
        #expect(configuration.order?.cartLifetime == OrderConfiguration().cartLifetime)
        #expect(configuration.payment == nil)
    }

    @Test func aWholeFileComesBackAsItWasWritten() async throws {
        let currency = try #require(Currency(rawValue: "JPY"))
        let written = ServiceConfiguration(
            storefront: "a", namespace: "n", service: .order, currency: currency, publicURL: "https://x",
            peers: ["product": "https://p:8443"], order: OrderConfiguration(shippingCents: 1, taxBasisPoints: 825))
        let json = String(decoding: try ContractsJSON.encoder().encode(written), as: UTF8.self)
        #expect(try await load(json) == written)
    }

    @Test func theEnvironmentWins() async throws {
        let configuration = try await load(
            #"{"log_level":"info","database":{"maximum_connections":4}}"#,
            [
                "STOREFRONT_LOG_LEVEL": "debug", "STOREFRONT_DATABASE_MAXIMUM_CONNECTIONS": "3",
                "STOREFRONT_PRODUCT_SAMPLE_CATALOG": "true", "LOG_LEVEL": "error",
            ], .product)
        #expect(configuration.logLevel == "debug")
        #expect(configuration.database.maximumConnections == 3)
        #expect(configuration.product?.sampleCatalog == true)
    }

    @Test func aBrokenFileIsAnError() async throws {
        await #expect(throws: (any Error).self) { try await load("{") }
        await #expect(throws: (any Error).self) { try await load(#"{"currency":"euro"}"#) }
    }
}
