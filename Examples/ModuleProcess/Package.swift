// swift-tools-version:6.2
import PackageDescription

let package = Package(
    name: "ModuleProcess",
    products: [.executable(name: "mesh-agent", targets: ["mesh-agent"])],
    dependencies: [
        // In a package of your own: .package(url: "<where you have it from>", from: "<version>")
        .package(name: "metamanager", path: "../.."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .executableTarget(
            name: "mesh-agent",
            dependencies: [
                .product(name: "Beehive", package: "metamanager"),
                .product(name: "BeehiveSocket", package: "metamanager"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: [.treatAllWarnings(as: .error)])
    ])
