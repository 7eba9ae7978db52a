internal import SwiftASN1

/// Reads DER by the shape that is expected; whatever does not fit is one error.
enum DERReader {
    /// The bytes do not have the shape.
    struct Misfit: Error {}

    static let sequence = ASN1Identifier.sequence
    static let integer = ASN1Identifier.integer
    static let bits = ASN1Identifier.bitString

    static func parse(_ bytes: [UInt8]) throws(Misfit) -> ASN1Node {
        do { return try DER.parse(bytes) } catch { throw Misfit() }
    }

    static func children(_ node: ASN1Node, _ identifier: ASN1Identifier = sequence) throws(Misfit) -> [ASN1Node] {
        guard node.identifier == identifier, case .constructed(let nodes) = node.content else { throw Misfit() }
        return Array(nodes)
    }

    static func content(_ node: ASN1Node, _ identifier: ASN1Identifier) throws(Misfit) -> ArraySlice<UInt8> {
        guard node.identifier == identifier, case .primitive(let bytes) = node.content else { throw Misfit() }
        return bytes
    }

    /// The bytes of a bit string that is made of whole bytes.
    static func wholeBits(_ node: ASN1Node) throws(Misfit) -> [UInt8] {
        let bytes = try content(node, bits)
        guard bytes.first == 0 else { throw Misfit() }
        return Array(bytes.dropFirst())
    }

    static func context(_ number: UInt) -> ASN1Identifier {
        ASN1Identifier(tagWithNumber: number, tagClass: .contextSpecific)
    }
}
