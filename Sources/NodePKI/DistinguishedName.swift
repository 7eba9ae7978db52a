internal import SwiftASN1

/// Who a certificate is about, or from: the attributes that matter here.
public struct DistinguishedName: Sendable, Hashable, CustomStringConvertible {
    /// CN, the first one; empty if there is none.
    public let commonName: String
    /// Every O, in order.
    public let organizations: [String]
    /// All known attributes, `O=system:nodes, CN=system:node:edge-1`.
    public let description: String
    /// The name's own bytes, to compare and to copy.
    let der: [UInt8]

    init(commonName: String, organizations: [String]) {
        self.init(organizations.map { (OID.organization, $0) } + [(OID.commonName, commonName)])
    }

    /// The subject of KubeEdge's edge nodes.
    init(node: String) {
        self.init([
            (OID.country, "CN"), (OID.organization, "system:nodes"), (OID.locality, "Hangzhou"),
            (OID.province, "Zhejiang"), (OID.commonName, "system:node:\(node)"),
        ])
    }

    private init(_ attributes: [(oid: [UInt8], text: String)]) {
        self.init(attributes, der: Self.encoded(attributes))
    }

    private init(_ attributes: [(oid: [UInt8], text: String)], der: [UInt8]) {
        commonName = attributes.first { $0.oid == OID.commonName }?.text ?? ""
        organizations = attributes.filter { $0.oid == OID.organization }.map(\.text)
        let known = attributes.compactMap { oid, text in Self.labels[oid].map { "\($0)=\(text)" } }
        description = known.joined(separator: ", ")
        self.der = der
    }

    init(_ node: ASN1Node) throws(DERReader.Misfit) {
        var attributes: [(oid: [UInt8], text: String)] = []
        for part in try DERReader.children(node) {
            for attribute in try DERReader.children(part, .set) {
                let pair = try DERReader.children(attribute)
                guard pair.count == 2, case .primitive(let value) = pair[1].content else { throw DERReader.Misfit() }
                attributes.append((Array(pair[0].encodedBytes), Self.text(value, pair[1].identifier)))
            }
        }
        self.init(attributes, der: Array(node.encodedBytes))
    }

    private static let labels: [[UInt8]: String] = [
        OID.commonName: "CN", OID.country: "C", OID.locality: "L", OID.province: "ST", OID.organization: "O",
        OID.organizationalUnit: "OU",
    ]

    private static func encoded(_ attributes: [(oid: [UInt8], text: String)]) -> [UInt8] {
        DERWriter.element(
            0x30,
            attributes.flatMap { oid, text in
                // X.520 wants the country printable; for the rest UTF-8 holds every name.
                let value = oid == OID.country ? DERWriter.printable(text) : DERWriter.text(text)
                return DERWriter.set(DERWriter.sequence(oid, value))
            })
    }

    /// Old tools write names in two-byte or Latin text; control characters must not reach a log.
    private static func text(_ bytes: ArraySlice<UInt8>, _ identifier: ASN1Identifier) -> String {
        let raw =
            switch identifier {
            case .bmpString:
                String(
                    decoding: stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map {
                        UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
                    }, as: UTF16.self)
            case .teletexString: String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
            default: String(decoding: bytes, as: UTF8.self)
            }
        return String(
            String.UnicodeScalarView(raw.unicodeScalars.filter { $0.value >= 0x20 && !(0x7f...0x9f ~= $0.value) }))
    }
}
