package import Beehive

/// Objects that clients send in protobuf's form, read into the tree that all else works with.
package enum ProtobufObject {
    /// What such a body begins with.
    private static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0]

    /// Reads the body of a request.
    ///
    /// - Throws: a 400 when it is none; a 415 for a kind, or a field, that has to come as JSON.
    package static func tree(_ body: Bytes) throws(APIFailure) -> JSONValue {
        guard body.starts(with: magic) else { throw .badRequest("the body is no object in protobuf's form") }
        let read: (what: String, object: JSONValue?)
        do throws(ProtobufReader.Fault) {
            read = try self.read(body.dropFirst(magic.count))
        } catch {
            throw .badRequest("the body of the request cannot be read: it is damaged, or no protobuf")
        }
        guard let object = read.object else {
            throw APIFailure(
                415, reason: "UnsupportedMediaType",
                "the body of the request was in an unknown format (protobuf of \(SelectorBounds.shown(read.what))) - "
                    + "accepted media types include: application/json, application/yaml; kubectl create writes it so: "
                    + "pipe kubectl create ... --dry-run=client -o yaml into kubectl apply -f -")
        }
        return object
    }

    /// What an object is, and the object; nil for that when it has to come as JSON.
    private static func read(_ body: Bytes) throws(ProtobufReader.Fault) -> (what: String, object: JSONValue?) {
        let envelope = try Envelope(body)
        let what = "\(envelope.apiVersion) \(envelope.kind)"
        guard let message = ProtobufSchema.named(apiVersion: envelope.apiVersion, kind: envelope.kind),
            envelope.encoding.isEmpty
        else { return (what, nil) }
        guard let object = try ProtobufTree.message(message, envelope.object, depth: 0) else {
            return ("\(what) with a field that this program does not know", nil)
        }
        let head = [
            JSONMember("apiVersion", JSONValue(text: envelope.apiVersion)),
            JSONMember("kind", JSONValue(text: envelope.kind)),
        ]
        return (what, .object(head + object.members))
    }

    /// What stands around each object: its kind, and how it is written.
    private struct Envelope {
        var apiVersion = ""
        var kind = ""
        var encoding = ""
        var object: Bytes = []

        init(_ bytes: Bytes) throws(ProtobufReader.Fault) {
            var reader = ProtobufReader(bytes)
            while let (number, value) = try reader.next() {
                guard case .bytes(let bytes) = value else { throw ProtobufReader.Fault() }
                switch number {
                case 1:
                    var type = ProtobufReader(bytes)
                    while let (number, value) = try type.next() {
                        guard case .bytes(let text) = value else { throw ProtobufReader.Fault() }
                        if number == 1 { apiVersion = try ProtobufTree.text(text) }
                        if number == 2 { kind = try ProtobufTree.text(text) }
                    }
                case 2: object = bytes
                case 3: encoding = try ProtobufTree.text(bytes)
                default: break
                }
            }
        }
    }
}
