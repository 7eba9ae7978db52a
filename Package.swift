// swift-tools-version:6.2
import PackageDescription

// `make fuzz` alone sets it: then the project's own code watches its memory and tells libFuzzer which paths it takes.
let isFuzzing = Context.environment["METAMANAGER_FUZZ"] == "1"

// One list of compiler settings for every Swift target: strict from the first commit.
let strict: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ] + (isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer,address"])] : [])

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let deques = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heaps = Target.Dependency.product(name: "HeapModule", package: "swift-collections")

// Arrows point one way: CLI -> App -> {MetaServer, EdgeHub, MetaManager, BeehiveSocket} -> {MetaStore, Beehive}.
let package = Package(
    name: "metamanager",
    products: [
        .library(name: "Beehive", targets: ["Beehive"]),
        .library(name: "BeehiveSocket", targets: ["BeehiveSocket"]),
        .library(name: "MetaStore", targets: ["MetaStore"]),
        .library(name: "MetaManager", targets: ["MetaManager"]),
        .library(name: "EdgeHub", targets: ["EdgeHub"]),
        .library(name: "KubeAPI", targets: ["KubeAPI"]),
        .library(name: "MetaServer", targets: ["MetaServer"]),
        .library(name: "MetaClient", targets: ["MetaClient"]),
        .library(name: "MetaManagerApp", targets: ["MetaManagerApp"]),
        .executable(name: "metamanager", targets: ["metamanager"]),
        .library(name: "FaultyDisk", type: .dynamic, targets: ["FaultyDisk"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .target(name: "CLinux"),
        .target(name: "Beehive", dependencies: [deques], swiftSettings: strict),
        .target(name: "YAMLReader", dependencies: ["CYAML", "Beehive"], swiftSettings: strict),
        // What a Kubernetes API says, as values: kinds, requests, selectors, tables, patches. No store, no socket.
        .target(name: "KubeAPI", dependencies: ["Beehive", crypto], swiftSettings: strict),
        .target(name: "NodePKI", dependencies: [crypto, cryptoExtras, asn1], swiftSettings: strict),
        .target(name: "CGatheredWrites", dependencies: ["CSQLite"]),
        .target(
            name: "MetaStore", dependencies: ["Beehive", "CSQLite", "CGatheredWrites", crypto], swiftSettings: strict),
        .target(
            name: "MetaManager", dependencies: ["Beehive", "KubeAPI", "MetaStore", deques, heaps, logging],
            swiftSettings: strict),
        .target(
            name: "BeehiveSocket", dependencies: ["Beehive", nioCore, nioPosix, logging, lifecycle],
            swiftSettings: strict),
        // The node's metadata for other programs: typed objects, watches, reports. No store, no daemon.
        .target(
            name: "MetaClient", dependencies: ["Beehive", "BeehiveSocket", nioCore, nioPosix, nioHTTP],
            swiftSettings: strict),
        .target(
            name: "EdgeHub",
            dependencies: [
                "Beehive", "MetaManager", "NodePKI", "YAMLReader", nioCore, nioPosix, nioHTTP, nioWebSocket, nioSSL,
                logging, lifecycle, deques,
            ],
            swiftSettings: strict),
        .target(
            name: "MetaServer",
            dependencies: [
                "Beehive", "KubeAPI", "MetaStore", "MetaManager", "NodePKI", "YAMLReader", nioCore, nioPosix, nioHTTP,
                nioSSL,
                logging, lifecycle, deques, crypto,
            ],
            swiftSettings: strict),
        .target(
            name: "MetaManagerApp",
            dependencies: [
                "Beehive", "BeehiveSocket", "CLinux", "MetaStore", "MetaManager", "EdgeHub", "MetaServer", "YAMLReader",
                logging, lifecycle, signals, nioCore, nioPosix,
            ],
            swiftSettings: strict),
        .target(
            name: "MetaManagerCLI",
            dependencies: [
                "Beehive", "BeehiveSocket", "FakeCloud", "MetaStore", "MetaManager", "EdgeHub", "MetaServer",
                "MetaManagerApp", "NodePKI", signals, arguments, logging, nioCore, nioPosix,
            ],
            swiftSettings: strict),
        .executableTarget(name: "metamanager", dependencies: ["MetaManagerCLI"], swiftSettings: strict),
        .target(
            name: "TestKit",
            dependencies: ["Beehive", "MetaStore", "MetaManager"],
            swiftSettings: strict),
        .target(
            name: "FakeCloud",
            dependencies: ["Beehive", "NodePKI", nioCore, nioPosix, nioHTTP, nioWebSocket, nioSSL, crypto, deques],
            swiftSettings: strict),
        // A cloud for tests, and the harness that kills the daemon again and again.
        .executableTarget(
            name: "crashtest",
            dependencies: ["Beehive", "BeehiveSocket", "FakeCloud", arguments, nioPosix], path: "Tests/CrashTest",
            swiftSettings: strict),
        // A disk that fails, for tests: in C, since LD_PRELOAD puts it between SQLite and the system's calls.
        .target(name: "FaultyDisk", path: "Tests/FaultyDisk"),
        // Measures the release binary against a cloud: how long an ack takes, what a fleet costs.
        .executableTarget(
            name: "linkbench", dependencies: ["Beehive", "FakeCloud", arguments, nioPosix], path: "Tests/LinkBench",
            swiftSettings: strict),
        // What reads bytes of strangers, one function each: fuzzed by `make fuzz`, fed with the corpora by the tests.
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Beehive", "BeehiveSocket", "EdgeHub", "MetaManager", "MetaManagerApp", "MetaServer", "MetaStore",
                "NodePKI", "YAMLReader", "TestKit", nioCore,
            ],
            path: "Tests/Fuzz/Targets", swiftSettings: strict),
        .testTarget(
            name: "FuzzTests",
            dependencies: ["FuzzTargets", "Beehive", "EdgeHub", "MetaManager", "MetaManagerApp", "TestKit"],
            path: "Tests/Fuzz/Replay", swiftSettings: strict),
        .testTarget(name: "BeehiveTests", dependencies: ["Beehive", "TestKit"], swiftSettings: strict),
        .testTarget(
            name: "BeehiveSocketTests",
            dependencies: ["BeehiveSocket", "Beehive", nioCore, nioPosix, logging, lifecycle],
            swiftSettings: strict),
        .testTarget(
            name: "KubeAPITests", dependencies: ["KubeAPI", "Beehive", "TestKit", "YAMLReader"], swiftSettings: strict),
        .testTarget(name: "MetaStoreTests", dependencies: ["MetaStore", "Beehive", "TestKit"], swiftSettings: strict),
        .testTarget(
            name: "NodePKITests", dependencies: ["NodePKI", "Beehive", nioSSL, crypto, cryptoExtras],
            swiftSettings: strict),
        .testTarget(name: "YAMLReaderTests", dependencies: ["YAMLReader", "Beehive"], swiftSettings: strict),
        .testTarget(
            name: "EdgeHubTests",
            dependencies: [
                "EdgeHub", "MetaManager", "MetaStore", "Beehive", "FakeCloud", "NodePKI", "TestKit", nioCore, nioPosix,
                nioHTTP, nioWebSocket, nioSSL, logging, lifecycle, crypto,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "FakeCloudTests",
            dependencies: [
                "FakeCloud", "KubeAPI", "NodePKI", "Beehive", "linkbench", nioCore, nioPosix, nioHTTP, nioWebSocket,
                nioSSL,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MetaManagerAppTests",
            dependencies: [
                "MetaManagerApp", "MetaManagerCLI", "MetaServer", "EdgeHub", "Beehive", "TestKit", arguments, logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MetaManagerTests",
            dependencies: ["MetaManager", "MetaStore", "Beehive", "KubeAPI", "CSQLite", "TestKit", logging],
            swiftSettings: strict),
        .testTarget(
            name: "MetaClientTests",
            dependencies: [
                "MetaClient", "MetaServer", "MetaStore", "MetaManager", "EdgeHub", "BeehiveSocket", "Beehive",
                "TestKit",
                nioCore, nioPosix, logging, lifecycle,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MetaServerTests",
            dependencies: [
                "MetaServer", "KubeAPI", "MetaManager", "MetaStore", "Beehive", "NodePKI", "TestKit", nioCore, nioPosix,
                nioSSL, logging, lifecycle, crypto, cryptoExtras,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "metamanager", "FakeCloud", "BeehiveSocket", "EdgeHub", "KubeAPI", "MetaManager", "MetaManagerApp",
                "MetaServer", "MetaStore", "Beehive", "NodePKI", "TestKit", nioCore, nioPosix, logging, lifecycle,
                crypto,
            ],
            swiftSettings: strict),
    ]
)

if isFuzzing {
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "fuzz", dependencies: ["FuzzTargets", "CFuzzer"], path: "Tests/Fuzz/Main", swiftSettings: strict,
            // libFuzzer brings a `main` of its own, which the other linkers do not let us put aside.
            linkerSettings: [.unsafeFlags(["-use-ld=lld", "-sanitize=fuzzer,address"])]),
    ]
}
