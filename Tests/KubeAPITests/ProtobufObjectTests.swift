import Beehive
import TestKit
import Testing

@testable import KubeAPI

@Suite("Objects in protobuf's form")
struct ProtobufObjectTests {
    private static func bytes(_ hex: String) -> Bytes {
        let digits = hex.filter { $0 != " " }.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }[...]
    }

    private static func object(_ version: String, _ kind: String, _ write: (inout ProtobufWriter) -> Void) -> Bytes {
        var writer = ProtobufWriter()
        writer.message(1) {
            $0.text(1, version)
            $0.text(2, kind)
        }
        writer.message(2, write)
        return ([0x6B, 0x38, 0x73, 0] + writer.bytes)[...]
    }

    /// As kubectl 1.32 sends them: `create configmap a --from-literal=a=1`, and `auth can-i get pods`.
    private static let configMap = bytes(
        """
        6b387300 0a0f0a02 76311209 436f6e66 69674d61 70121b0a 110a0161 12001a00 22002a00 32003800 42001206 0a016112 \
        01311a00 2200
        """)
    private static let review = bytes(
        """
        6b387300 0a320a17 61757468 6f72697a 6174696f 6e2e6b38 732e696f 2f763112 1753656c 66537562 6a656374 41636365 \
        73735265 76696577 123c0a10 0a001200 1a002200 2a003200 38004200 121e0a1c 0a076465 6661756c 74120367 65741a00 \
        22002a04 706f6473 32003a00 1a080800 12001a00 20001a00 2200
        """)

    @Test("what kubectl sends reads as the JSON that it would have sent")
    func kubectl() throws {
        #expect(
            try ProtobufObject.tree(Self.configMap) == [
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a"], "data": ["a": "1"],
            ])
        let attributes: JSONValue = ["namespace": "default", "verb": "get", "resource": "pods"]
        #expect(
            try ProtobufObject.tree(Self.review) == [
                "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
                "spec": ["resourceAttributes": attributes],
            ])
    }

    @Test("a lease: times to the microsecond, and a zero that means something")
    func lease() throws {
        let body = Self.object("coordination.k8s.io/v1", "Lease") { lease in
            lease.message(1) { metadata in
                metadata.text(1, "l")
                metadata.message(8) { $0.integer(1, 1_761_696_000) }
                metadata.message(11) {
                    $0.text(1, "a")
                    $0.text(2, "b")
                }
            }
            lease.message(2) { spec in
                spec.text(1, "")
                spec.integer(2, 15)
                spec.message(4) {
                    $0.integer(1, 1_761_696_000)
                    $0.integer(2, 1_234_567)
                }
                spec.integer(5, 0)
            }
        }
        let read = try ProtobufObject.tree(body)
        #expect(
            read["metadata"] == ["name": "l", "creationTimestamp": "2025-10-29T00:00:00Z", "labels": ["a": "b"]])
        #expect(
            read["spec"] == [
                "holderIdentity": "", "leaseDurationSeconds": 15, "renewTime": "2025-10-29T00:00:00.001234Z",
                "leaseTransitions": 0,
            ])
    }

    @Test("bytes are base 64, and numbers or names of ports either")
    func others() throws {
        let secret = Self.object("v1", "Secret") { secret in
            secret.message(2) {
                $0.text(1, "k")
                $0.text(2, "v1")
            }
        }
        #expect(try ProtobufObject.tree(secret)["data"] == ["k": "djE="])
        let service = Self.object("v1", "Service") { service in
            service.message(2) { spec in
                for named in [false, true] {
                    spec.message(1) { port in
                        port.integer(3, 80)
                        port.message(4) { target in
                            target.integer(1, named ? 1 : 0)
                            target.integer(2, named ? 0 : 8080)
                            target.text(3, named ? "http" : "")
                        }
                    }
                }
            }
        }
        #expect(
            try ProtobufObject.tree(service)["spec"]?["ports"] == [
                ["port": 80, "targetPort": 8080], ["port": 80, "targetPort": "http"],
            ])
    }

    @Test("a kind or a field that is not known is 415, never dropped; an empty field is nothing")
    func unknown() throws {
        let pod = Self.object("v1", "Pod") { $0.message(1) { $0.text(1, "p") } }
        let newer = Self.object("v1", "ConfigMap") { $0.text(99, "new") }
        for body in [pod, newer] {
            let failure = #expect(throws: APIFailure.self) { try ProtobufObject.tree(body) }
            #expect(failure?.code == 415 && failure?.message.contains("application/json") == true)
        }
        #expect(try ProtobufObject.tree(Self.object("v1", "ConfigMap") { $0.text(99, "") })["kind"] == "ConfigMap")
    }

    @Test("damaged bodies are 400 or 415, whatever was damaged", arguments: [UInt64.random(in: 0 ... .max)])
    func damaged(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for body in [Self.configMap, Self.review] {
            for count in 0..<body.count { Self.read(body.prefix(count), seed) }
            for _ in 0..<5000 {
                var damaged = body
                for _ in 0...random.below(3) {
                    damaged[damaged.startIndex + random.below(body.count)] = UInt8(random.below(256))
                }
                Self.read(damaged, seed)
            }
        }
    }

    private static func read(_ body: Bytes, _ seed: UInt64) {
        do {
            _ = try ProtobufObject.tree(body)
        } catch {
            #expect([400, 415].contains(error.code) && error.message.utf8.count < 700, "seed \(seed)")
        }
    }

    @Test("every message that a message holds has its fields in the table")
    func whole() {
        for (name, schema) in ProtobufSchema.all {
            #expect(Set(schema.fields.map(\.number)).count == schema.fields.count, "\(name)")
            for case .message(let inner) in schema.fields.map(\.type) {
                #expect(ProtobufSchema.all[inner] != nil, "\(name) holds \(inner)")
            }
        }
        #expect(ProtobufSchema.named(apiVersion: "events.k8s.io/v1", kind: "Event") == "NewEvent")
    }
}
