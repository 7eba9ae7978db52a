// swift-tools-version:6.2
import PackageDescription

// Builds every example in one build; each folder beside this file is a package of its own, to be copied and changed.
let package = Package(
    name: "Examples",
    dependencies: [
        .package(path: "ModuleProcess"),
        .package(path: "EmbeddedMetaManager"),
        .package(path: "MetadataClient"),
    ],
    targets: [
        .target(
            name: "AllExamples",
            dependencies: [
                .product(name: "mesh-agent", package: "ModuleProcess"),
                .product(name: "embedded", package: "EmbeddedMetaManager"),
                .product(name: "metadata", package: "MetadataClient"),
            ])
    ])
