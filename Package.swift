// swift-tools-version: 6.2
import PackageDescription

// One array of settings for every target. CI sets STOREFRONT_STRICT, which turns warnings into errors there and
// leaves a package that depends on ours undisturbed.
let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (Context.environment["STOREFRONT_STRICT"] != nil ? [.treatAllWarnings(as: .error)] : [])

// Products of other packages, by the name the targets below use for them.
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let collections = Target.Dependency.product(name: "Collections", package: "swift-collections")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nioConcurrencyHelpers = Target.Dependency.product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSOCKS = Target.Dependency.product(name: "NIOSOCKS", package: "swift-nio-extras")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let serviceLifecycleTestKit = Target.Dependency.product(
    name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func library(_ name: String, path: String? = nil, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: path ?? "Sources/\(name)", swiftSettings: settings)
}

func executable(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: "Sources/\(name)", swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: settings)
}

/// What each of the five services links.
let serviceDependencies: [Target.Dependency] = [
    "Contracts", "PodEnvironment", "ServiceFoundation", "PostgreSQL", "Messaging", "Redis",
    hummingbird, httpTypes, logging, metrics, crypto, jwtKit, nioCore, serviceLifecycle, argumentParser,
]

let targets: [Target] = [
    // C libraries; no C type leaves the Swift wrapper of each.
    .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CSpawn"),
    .systemLibrary(name: "CCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),

    // What the services are made of.
    library("PodEnvironment"),
    library("HTTPConnections", [hummingbirdCore, hummingbirdTLS, logging, nioCore, nioSSL]),
    library("Contracts"),
    library("PostgreSQL", ["CPostgres", "PodEnvironment", logging, metrics]),
    library("Redis", ["PodEnvironment", nioCore, nioPosix, nioSSL, logging, metrics]),
    library(
        "Messaging",
        ["CRabbitMQ", "Contracts", "PodEnvironment", "PostgreSQL", logging, metrics, serviceLifecycle]),
    library(
        "ServiceFoundation",
        [
            "Contracts", "HTTPConnections", "PodEnvironment", "PostgreSQL", "Messaging", "Redis", asyncHTTPClient,
            configuration, crypto, hummingbird, hummingbirdCore, httpTypes, jwtKit, logging, metrics, nioCore, nioPosix,
            nioSSL, nioHTTP1, nioTLS, serviceLifecycle, unixSignals, x509, asn1, argumentParser,
        ]),
    executable("UserService", serviceDependencies + ["CCrypt", x509]),
    executable("ProductService", serviceDependencies),
    executable("OrderService", serviceDependencies),
    executable("PaymentService", serviceDependencies),
    executable("NotificationService", serviceDependencies + ["CCurl", mustache]),

    // A Kubernetes client and controller runtime that know nothing of shops.
    library(
        "KubernetesClient",
        [
            "CSpawn", "PodEnvironment", asyncHTTPClient, logging, metrics, nioCore, nioHTTP1, nioSOCKS, nioSSL,
            nioPosix,
        ]),
    library("KubernetesRuntime", ["KubernetesClient", deque, heap, logging, metrics, serviceLifecycle, unixSignals]),

    // Another operator, to show how one is made.
    .executableTarget(
        name: "ConfigCopier", dependencies: ["KubernetesClient", "KubernetesRuntime"], path: "Examples/ConfigCopier",
        exclude: ["README.md", "crd.yaml", "rbac.yaml"], swiftSettings: settings),

    // The operator.
    library("StorefrontAPI", ["KubernetesClient"]),
    library(
        "StorefrontOperator",
        [
            "Contracts", "PodEnvironment", "PostgreSQL", "KubernetesClient", "KubernetesRuntime", "StorefrontAPI",
            asyncHTTPClient, crypto, logging, metrics, nioCore, nioHTTP1, nioPosix, x509, asn1, serviceLifecycle,
        ]),
    executable(
        "storefront-operator",
        [
            "Contracts", "PodEnvironment", "StorefrontOperator", "StorefrontAPI", "KubernetesClient",
            "KubernetesRuntime", "HTTPConnections", "ServiceFoundation", argumentParser, logging, metrics,
            serviceLifecycle, hummingbird, httpTypes, nioCore, nioPosix, unixSignals,
        ]),

    // A Kubernetes control plane and node for one machine: parts that meet only through the Kubernetes API.
    library("APIMachinery", path: "Sources/LocalCluster/APIMachinery", ["KubernetesClient", collections, crypto]),
    library(
        "LocalAPIServer", path: "Sources/LocalCluster/APIServer",
        [
            "APIMachinery", "HTTPConnections", "KubernetesClient", asyncHTTPClient, crypto, grdb, hummingbird,
            httpTypes, logging, nioCore, nioHTTP1, nioSSL, serviceLifecycle, x509,
            asn1, collections,
        ]),
    library(
        "LocalControllers", path: "Sources/LocalCluster/Controllers",
        ["APIMachinery", "KubernetesClient", "KubernetesRuntime", crypto, logging, serviceLifecycle]),
    library(
        "LocalNode", path: "Sources/LocalCluster/Node",
        [
            "HTTPConnections", "KubernetesClient", "KubernetesRuntime", asyncHTTPClient, crypto, logging, nioCore,
            nioHTTP1, nioPosix, nioSSL, hummingbird, httpTypes, subprocess,
            systemPackage, serviceLifecycle, x509, asn1, nioConcurrencyHelpers,
        ]),
    library(
        "LocalCluster", path: "Sources/LocalCluster/Up",
        [
            "LocalAPIServer", "LocalControllers", "LocalNode", "KubernetesClient", "PostgreSQL", "Contracts",
            asyncHTTPClient, crypto, logging, nioCore, nioHTTP1, nioPosix, nioSSL, subprocess, systemPackage,
            serviceLifecycle,
            unixSignals, x509, asn1, yams,
        ]),
    executable(
        "storefront",
        [
            "LocalCluster", "LocalNode", "StorefrontAPI", "StorefrontOperator", "KubernetesClient", argumentParser,
            logging, yams, serviceLifecycle,
        ]),

    tests("PodEnvironmentTests", ["PodEnvironment"]),
    tests("ContractsTests", ["Contracts"]),
    tests("PostgreSQLTests", ["PostgreSQL", "TestServers"]),
    tests("RedisTests", ["Redis", "TestServers"]),
    tests("MessagingTests", ["Messaging", "PostgreSQL", "Contracts", "TestServers"]),
    tests(
        "ServiceFoundationTests",
        [
            "ServiceFoundation", "PaymentService", "Contracts", "Messaging", "PostgreSQL", "PodEnvironment",
            "TestServers", hummingbird,
            hummingbirdTesting, httpTypes, jwtKit, crypto, logging, metrics, serviceLifecycle, configuration,
        ]),
    tests(
        "UserServiceTests",
        ["UserService", "Contracts", "ServiceFoundation", "PostgreSQL", "TestServers", hummingbirdTesting]),
    tests("ProductServiceTests", serviceDependencies + ["ProductService", "TestServers", hummingbirdTesting]),
    tests(
        "OrderServiceTests",
        serviceDependencies + ["OrderService", "ProductService", "TestServers", hummingbirdTesting]),
    tests(
        "PaymentServiceTests",
        ["PaymentService", "Contracts", "ServiceFoundation", "PostgreSQL", "TestServers", hummingbirdTesting]),
    tests(
        "NotificationServiceTests",
        ["NotificationService", "Contracts", "ServiceFoundation", "PostgreSQL", "TestServers", hummingbirdTesting]),
    tests(
        "KubernetesClientTests",
        [
            "KubernetesClient", "PodEnvironment", "FaultProxy", logging, nioCore, nioPosix, nioHTTP1, nioSSL, x509,
            asn1, crypto,
        ]),
    tests(
        "KubernetesRuntimeTests",
        [
            "KubernetesRuntime", "KubernetesClient", "ConfigCopier", "LocalAPIServer", "FaultProxy", logging, metrics,
            metricsTestKit, nioCore, nioPosix, nioHTTP1, serviceLifecycle,
        ]),
    tests("StorefrontAPITests", ["StorefrontAPI", "KubernetesClient"]),
    tests(
        "StorefrontOperatorTests",
        [
            "StorefrontOperator", "StorefrontAPI", "KubernetesClient", "KubernetesRuntime", "Contracts",
            "PodEnvironment", "PostgreSQL", "LocalAPIServer", "FaultProxy", "TestOperator", "TestServers",
            asyncHTTPClient, crypto, logging, nioCore, nioPosix, serviceLifecycle, x509, asn1,
        ]),
    tests("APIMachineryTests", ["APIMachinery", "KubernetesClient"]),
    tests(
        "LocalAPIServerTests",
        [
            "LocalAPIServer", "APIMachinery", "KubernetesClient", httpTypes, logging, nioEmbedded, nioHTTP1,
            serviceLifecycle,
        ]),
    tests(
        "LocalControllersTests",
        ["LocalControllers", "LocalAPIServer", "APIMachinery", "KubernetesClient", logging, serviceLifecycle]),
    tests(
        "LocalNodeTests",
        [
            "LocalNode", "LocalControllers", "LocalAPIServer", "KubernetesClient", asyncHTTPClient, logging, nioCore,
            nioHTTP1, nioPosix, nioSSL, serviceLifecycle,
        ]),
    tests(
        "LocalClusterTests",
        [
            "LocalCluster", "LocalNode", "KubernetesClient", "TestServers", logging, nioCore, nioPosix,
            serviceLifecycle, serviceLifecycleTestKit,
        ]),
    tests("EndToEndTests", ["KubernetesClient", asyncHTTPClient, nioCore, nioHTTP1]),
    .target(
        name: "FaultProxy", dependencies: [asyncHTTPClient, nioCore, nioHTTP1, nioPosix, nioSSL],
        path: "Tests/FaultProxy", swiftSettings: settings),
    tests(
        "ClusterTests",
        [
            "TestOperator", "TestServers", "FaultProxy", "StorefrontOperator", "StorefrontAPI", "KubernetesClient",
            "Contracts",
        ]),
    .target(
        name: "TestOperator",
        dependencies: [
            "TestServers", "FaultProxy", "KubernetesClient", "StorefrontAPI", "PostgreSQL", asyncHTTPClient, nioCore,
        ],
        path: "Tests/TestOperator", swiftSettings: settings),
    .target(
        name: "TestServers",
        dependencies: [
            "Contracts", "PostgreSQL", "Messaging", "Redis", "ServiceFoundation", "PodEnvironment", asyncHTTPClient,
            nioCore, nioHTTP1, nioPosix, logging, crypto, jwtKit, x509, asn1, hummingbird, hummingbirdTesting,
            httpTypes,
        ],
        path: "Tests/TestServers",
        swiftSettings: settings),
]

/// Only one test target is built where STOREFRONT_ONLY_TESTS names it, while working on one module.
let onlyTests = Context.environment["STOREFRONT_ONLY_TESTS"]

let package = Package(
    name: "storefront",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "KubernetesClient", targets: ["KubernetesClient"]),
        .library(name: "KubernetesRuntime", targets: ["KubernetesRuntime"]),
        .executable(name: "user-service", targets: ["UserService"]),
        .executable(name: "product-service", targets: ["ProductService"]),
        .executable(name: "order-service", targets: ["OrderService"]),
        .executable(name: "payment-service", targets: ["PaymentService"]),
        .executable(name: "notification-service", targets: ["NotificationService"]),
        .executable(name: "storefront", targets: ["storefront"]),
        .executable(name: "config-copier", targets: ["ConfigCopier"]),
        .executable(name: "storefront-operator", targets: ["storefront-operator"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
    ],
    targets: targets.filter { $0.type != .test || onlyTests == nil || $0.name == onlyTests }
)
