import Beehive
import TestKit
import Testing

@testable import KubeAPI

@Suite("Answers in protobuf's form")
struct ProtobufAnswerTests {
    private static let metadata: JSONValue = [
        "name": "l", "namespace": "demo", "uid": "u", "resourceVersion": "71", "generation": 2,
        "creationTimestamp": "2025-10-29T00:00:00Z", "deletionGracePeriodSeconds": 0, "labels": ["a": "b", "c": ""],
        "ownerReferences": [["kind": "Pod", "name": "p", "uid": "x", "apiVersion": "v1", "controller": false]],
        "finalizers": ["one", "two"],
        "managedFields": [["manager": "m", "time": "2025-10-29T00:00:01Z", "fieldsV1": ["f:data": [:]]]],
    ]
    private static let lease: JSONValue = [
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata,
        "spec": [
            "holderIdentity": "", "leaseDurationSeconds": 15, "renewTime": "2025-10-29T00:00:00.001234Z",
            "leaseTransitions": 0,
        ],
    ]
    private static let config: JSONValue = [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": ["a": "ü\"\n", "b": "x"],
        "binaryData": ["k": "djE="], "immutable": false,
    ]

    @Test("what is written reads as it was", arguments: [lease, config])
    func whole(object: JSONValue) throws {
        let bytes = try #require(ProtobufAnswer.bytes(object))
        #expect(try ProtobufObject.tree(bytes) == object)
    }

    @Test("a lease, byte for byte as another writer of protobuf has it")
    func bytes() throws {
        let lease: JSONValue = [
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": ["name": "l", "creationTimestamp": nil],
            "spec": ["leaseDurationSeconds": 300, "renewTime": "1970-01-01T00:00:01.5Z"],
        ]
        let spec: [UInt8] = [0x10, 0xAC, 0x02, 0x22, 0x08, 0x08, 0x01, 0x10, 0x80, 0xCA, 0xB5, 0xEE, 0x01]
        let object: [UInt8] = [0x0A, 3, 0x0A, 1, UInt8(ascii: "l"), 0x12, UInt8(spec.count)] + spec
        let version = Array("coordination.k8s.io/v1".utf8)
        let type = [0x0A, UInt8(version.count)] + version + [0x12, 5] + Array("Lease".utf8)
        let wanted = [0x6B, 0x38, 0x73, 0, 0x0A, UInt8(type.count)] + type + [0x12, UInt8(object.count)] + object
        #expect(ProtobufAnswer.bytes(lease).map { Array($0) } == wanted)
    }

    @Test("lists carry their version and their objects")
    func lists() throws {
        var item = Self.config
        (item["apiVersion"], item["kind"]) = (nil, nil)
        let metadata: JSONValue = ["resourceVersion": "9", "continue": "next"]
        let bytes = try #require(
            ProtobufAnswer.bytes(
                [
                    "apiVersion": "v1", "kind": "ConfigMapList", "metadata": metadata, "items": [item, Self.config],
                ]))
        var reader = ProtobufReader(bytes.dropFirst(4))
        _ = try reader.next()
        guard case (2, .bytes(let list))? = try reader.next() else {
            Issue.record("no list")
            return
        }
        let read = try #require(try ProtobufTree.message("ConfigMapList", list, depth: 0))
        #expect(read["metadata"] == metadata && read["items"] == [item, item])
    }

    @Test(
        "what protobuf has no words for is not answered in part",
        arguments: [
            ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p"]],
            ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "p", "newer": 1]],
            ["apiVersion": "v1", "kind": "ConfigMap", "data": ["a": 1]],
            ["apiVersion": "v1", "kind": "ConfigMap", "data": "a"],
            ["apiVersion": "v1", "kind": "ConfigMap", "binaryData": ["a": "*"]],
            ["apiVersion": "v1", "kind": "ConfigMap", "immutable": "yes"],
            ["apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "spec": ["renewTime": "yesterday"]],
            [
                "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                "spec": ["leaseTransitions": .number(Bytes("1.5".utf8))],
            ],
            ["kind": "ConfigMap"], "text",
        ] as [JSONValue])
    func refused(object: JSONValue) { #expect(ProtobufAnswer.bytes(object) == nil) }

    @Test("config maps of any texts and bytes come back as they were")
    func property() throws {
        let seed = Seeds.next()
        var random = SeededRandom(seed: seed)
        for _ in 0..<300 {
            let data = (0...random.below(20)).map { number in
                let text = String(
                    String.UnicodeScalarView(
                        (0..<random.below(300)).map { _ in Unicode.Scalar(UInt32(1 + random.below(0xD7FF))) ?? "x" }))
                return JSONMember("k\(100 + number)", JSONValue(text: text))
            }
            let binary = (0...random.below(4)).map { number in
                let bytes = (0...random.below(400)).map { _ in UInt8(random.below(256)) }
                return JSONMember(
                    "b\(number)", JSONValue(text: String(decoding: Base64.encode(bytes[...]), as: UTF8.self)))
            }
            let object: JSONValue = [
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": Self.metadata, "data": .object(data),
                "binaryData": .object(binary),
            ]
            let bytes = try #require(ProtobufAnswer.bytes(object), "seed \(seed)")
            #expect(try ProtobufObject.tree(bytes) == object, "seed \(seed)")
        }
    }
}
