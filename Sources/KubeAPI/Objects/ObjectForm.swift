public import Beehive

/// A stored object as the local API shows it.
///
/// It has its kind, the store's revision as `resourceVersion`, and the cloud's own version in an annotation. Everything
/// else keeps its bytes.
public struct ObjectForm: Sendable {
    /// Where the cloud's `resourceVersion` stands: the API's own is the store's revision, which has no gaps and an order.
    public static let versionAnnotation = "metamanager/cloud-resource-version"

    /// What the object says it is.
    public var apiVersion: String
    /// The `kind` of one object.
    public var kind: String

    /// Makes a form.
    ///
    /// - Parameters:
    ///   - apiVersion: what the object says it is.
    ///   - kind: the `kind` of one object.
    public init(apiVersion: String, kind: String) {
        self.apiVersion = apiVersion
        self.kind = kind
    }

    /// Where what is exchanged stands in an object.
    private struct Places {
        var apiVersion: Range<Int>?
        var kind: Range<Int>?
        var metadata: Range<Int>?
        var version: Range<Int>?
        var annotations: Range<Int>?
        var isEmpty = true
        var isMetadataEmpty = true
        var areAnnotationsEmpty = true

        init?(_ value: UnsafeBufferPointer<UInt8>) {
            var scanner = JSONScanner(value)
            do throws(JSONFault) {
                try scanner.object { scanner, key throws(JSONFault) in
                    isEmpty = false
                    let name = KeyName(value, key)
                    if name.matches("metadata"), scanner.peek() == UInt8(ascii: "{") {
                        let start = scanner.position
                        try readMetadata(&scanner, value)
                        metadata = start..<scanner.position
                        return
                    }
                    let range = try scanner.value(depth: 1)
                    // Written anew it would stand there twice.
                    if name.matches("metadata") { throw JSONFault(.wrongKind, at: range.lowerBound) }
                    if name.matches("apiVersion") { apiVersion = range } else if name.matches("kind") { kind = range }
                }
            } catch {
                return nil
            }
        }

        private mutating func readMetadata(
            _ scanner: inout JSONScanner, _ value: UnsafeBufferPointer<UInt8>
        ) throws(JSONFault) {
            (version, annotations, isMetadataEmpty, areAnnotationsEmpty) = (nil, nil, true, true)
            try scanner.object { scanner, key throws(JSONFault) in
                isMetadataEmpty = false
                let name = KeyName(value, key)
                if name.matches("annotations"), scanner.peek() == UInt8(ascii: "{") {
                    let start = scanner.position
                    areAnnotationsEmpty = true
                    try scanner.object { scanner, _ throws(JSONFault) in
                        areAnnotationsEmpty = false
                        _ = try scanner.value(depth: 3)
                    }
                    annotations = start..<scanner.position
                    return
                }
                let range = try scanner.value(depth: 2)
                if name.matches("resourceVersion") { version = range }
            }
        }
    }

    /// Appends the form of a stored value.
    ///
    /// - Parameters:
    ///   - value: the stored value.
    ///   - revision: the store's revision of the object.
    ///   - out: where it is appended.
    /// - Returns: false when the value is no JSON object; then nothing is appended.
    @discardableResult
    public func append(_ value: Bytes, revision: Int64, to out: inout [UInt8]) -> Bool {
        value.withUnsafeBufferPointer { bytes in
            guard let places = Places(bytes) else { return false }
            write(bytes, places, revision: revision, to: &out)
            return true
        }
    }

    /// The form of a stored value.
    ///
    /// - Parameters:
    ///   - value: the stored value.
    ///   - revision: the store's revision of the object.
    /// - Returns: nil when the value is no JSON object.
    public func form(_ value: Bytes, revision: Int64) -> Bytes? {
        var out: [UInt8] = []
        out.reserveCapacity(value.count + 160)
        return append(value, revision: revision, to: &out) ? out[...] : nil
    }

    /// One exchange of bytes: what stands in a range goes, what is written comes.
    private struct Splice {
        var range: Range<Int>
        var text: [UInt8]
    }

    private func write(
        _ value: UnsafeBufferPointer<UInt8>, _ places: Places, revision: Int64, to out: inout [UInt8]
    ) {
        guard let start = value.firstIndex(of: UInt8(ascii: "{")) else { return }
        var splices: [Splice] = []
        splices.reserveCapacity(6)
        var front: [UInt8] = []
        func put(_ name: StaticString, _ text: String, _ place: Range<Int>?) {
            var quoted: [UInt8] = []
            JSONText.appendString(text.utf8, to: &quoted)
            if let place {
                splices.append(Splice(range: place, text: quoted))
            } else {
                front += Array("\"\(name)\":".utf8) + quoted + [UInt8(ascii: ",")]
            }
        }
        put("apiVersion", apiVersion, places.apiVersion)
        put("kind", kind, places.kind)
        let number = Array("\"\(revision)\"".utf8)
        if let metadata = places.metadata {
            var head: [UInt8] = []
            if let version = places.version {
                splices.append(Splice(range: version, text: number))
                // Only a text is a version; anything else is not the cloud's.
                if value[version.lowerBound] == UInt8(ascii: "\""), version.count > 2 {
                    let entry = Array("\"\(Self.versionAnnotation)\":".utf8) + value[version]
                    if let annotations = places.annotations {
                        let comma = places.areAnnotationsEmpty ? [] : [UInt8(ascii: ",")]
                        let at = annotations.lowerBound + 1
                        splices.append(Splice(range: at..<at, text: entry + comma))
                    } else {
                        head += Array("\"annotations\":{".utf8) + entry + Array("},".utf8)
                    }
                }
            } else {
                head += Array("\"resourceVersion\":".utf8) + number
                if !places.isMetadataEmpty { head.append(UInt8(ascii: ",")) }
            }
            let at = metadata.lowerBound + 1
            if !head.isEmpty { splices.append(Splice(range: at..<at, text: head)) }
        } else {
            front += Array("\"metadata\":{\"resourceVersion\":".utf8) + number + Array("},".utf8)
        }
        if places.isEmpty, front.last == UInt8(ascii: ",") { front.removeLast() }
        splices.append(Splice(range: start + 1..<start + 1, text: front))
        splices.sort { $0.range.lowerBound < $1.range.lowerBound }
        var position = start
        for splice in splices {
            out.append(contentsOf: value[position..<splice.range.lowerBound])
            out.append(contentsOf: splice.text)
            position = splice.range.upperBound
        }
        out.append(contentsOf: value[position...])
    }
}
