internal import Beehive

/// What a record has to look like to be a row of one of our tables.
enum RowShape {
    /// Columns of an object as it stands in the file.
    struct Object {
        var key: String
        var type: String
        var namespace: String
        var name: String
        var uid: String
        var version: String
        var apiVersion: String
        var kind: String
        var revision: Int64
        var origin: Int64
        var stored: Int64
        var confirmed: Int64
        var sealed: Int64
        var value: Bytes?
        var sum: Int64
    }

    /// Revisions that leave room to count on from.
    static func isRevision(_ number: Int64) -> Bool { number > 0 && number < 1 << 60 }

    /// An object whose key can be relied on; its value is nil when it is not whole.
    static func object(_ record: RawRecord) -> Object? {
        guard record.columns == 15 || record.columns == 16, case .null = record[0], let key = record[1].text,
            let type = record[2].text, let namespace = record[3].text, let name = record[4].text,
            StoreCheck.fault(ofKey: key, type: type, namespace: namespace, name: name) == nil
        else { return nil }
        let texts = (5...8).map { record[$0].text }
        let numbers = (9...13).map { record[$0].integer }
        var object = Object(
            key: key, type: type, namespace: namespace, name: name, uid: texts[0] ?? "", version: texts[1] ?? "",
            apiVersion: texts[2] ?? "", kind: texts[3] ?? "", revision: numbers[0] ?? 0, origin: numbers[1] ?? 0,
            stored: numbers[2] ?? 0, confirmed: numbers[3] ?? 0, sealed: numbers[4] ?? 0, value: nil,
            sum: record[15].integer ?? 0)
        // No sum is stored as the constant 0; eight bytes of 0 are a sum that was wiped out.
        let hasSum = record.columns == 15 || record.types.last == 8 || object.sum != 0
        if hasSum, record.isWhole, !texts.contains(nil), !numbers.contains(nil), isRevision(object.revision) {
            object.value = record[14].bytes
        }
        return object
    }

    /// When an entry of the outbox was queued; nil for a record that is none.
    static func outbox(_ record: RawRecord, place: Int64) -> Int64? {
        guard (7...9).contains(record.columns), case .null = record[0], record[1].text != nil,
            let kind = record[2].integer, OutboxClass(rawValue: kind) != nil, record[3].text != nil,
            let byAnswer = record[4].integer, byAnswer == 0 || byAnswer == 1, let created = record[5].integer,
            OutboxLane.allCases.contains(where: { $0.places.contains(place) })
        else { return nil }
        return created
    }

    static func isChange(_ record: RawRecord) -> Bool {
        guard (6...8).contains(record.columns), case .null = record[0], record[1].integer != nil,
            let kind = record[2].integer
        else { return false }
        return ChangeKind(rawValue: kind) != nil
    }

    /// The names of numbers are small words.
    static func isStateName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 40
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "_") }
    }
}

extension StoreCheck {
    /// True for a text that can be the key of an object.
    static func isKey(_ text: String) -> Bool {
        if let path = try? ResourcePath(parsing: text) { return !path.type.rawValue.isEmpty }
        return Takeover.path(key: text, type: .serviceAccountToken) != nil
    }
}
