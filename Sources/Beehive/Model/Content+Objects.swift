/// Arrays of values that were stored one by one.
extension Content {
    /// Joins objects to an array, in one scan of each.
    ///
    /// What is no object by itself is left out: two halves that make one in the array would be taken for what nobody said.
    ///
    /// - Parameters:
    ///   - objects: JSON texts, or what should be.
    ///   - depth: nesting of the array beyond this leaves an object out.
    /// - Returns: the array, and how many are in it.
    package static func array(ofObjects objects: [Bytes], depth: Int = 512) -> (content: Content, count: Int) {
        var json: [UInt8] = []
        json.reserveCapacity(objects.reduce(2) { $0 + $1.count + 1 })
        json.append(UInt8(ascii: "["))
        var count = 0
        for object in objects where isObject(object, depth: depth) {
            if count > 0 { json.append(UInt8(ascii: ",")) }
            json += object
            count += 1
        }
        json.append(UInt8(ascii: "]"))
        var sketch = ContentSketch()
        sketch.kind = .array
        return (Content(form: .json(json[...], sketch)), count)
    }

    private static func isObject(_ bytes: Bytes, depth: Int) -> Bool {
        guard bytes.first == UInt8(ascii: "{") else { return false }
        let scan: Void? = try? bytes.scanning(depthLimit: depth) { scanner throws(JSONFault) in
            try scanner.skip(depth: 1)
            try scanner.expectEnd()
        }
        return scan != nil
    }
}
