/// Passing over values.
extension JSONScanner {
    /// Passes over one value; containers are kept on a stack of bits, so that depth costs no stack frames.
    ///
    /// Every byte of a message comes through here, so the place is kept in a register, and what is common (no white space,
    /// plain strings) is decided in line; the rest is left to the functions below, which also name the faults.
    ///
    /// - Parameter depth: how deep the value already stands.
    /// - Throws: `JSONFault` with the place of the fault.
    package mutating func skip(depth: Int) throws(JSONFault) {
        guard let base = bytes.baseAddress else { throw unexpected() }
        let count = bytes.count
        var at = position
        var open = 0
        // One bit for each open container: 1 for an object.
        var kinds = InlineArray<8, UInt64>(repeating: 0)
        while true {
            try skipSpace(base, &at, count)
            let first = base[at]
            switch first {
            case UInt8(ascii: "\""): try skipString(base, &at, count)
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard open + depth < depthLimit else { throw JSONFault(.tooDeep, at: at) }
                at += 1
                let isObject = first == UInt8(ascii: "{")
                let bit = UInt64(1) << UInt64(open & 63)
                if isObject { kinds[open >> 6] |= bit } else { kinds[open >> 6] &= ~bit }
                open += 1
                try skipSpace(base, &at, count)
                // The closing bracket stands two behind the opening one, in both alphabets.
                guard base[at] == first + 2 else {
                    if isObject { try skipKey(base, &at, count) }
                    continue
                }
                at += 1
                open -= 1
            default:
                position = at
                try scalar(first)
                at = position
            }
            // A value has ended: close what ends with it, up to the next value.
            while true {
                if open == 0 {
                    position = at
                    return
                }
                let isObject = kinds[(open - 1) >> 6] & (UInt64(1) << UInt64((open - 1) & 63)) != 0
                try skipSpace(base, &at, count)
                let next = base[at]
                if next == UInt8(ascii: ",") {
                    at += 1
                    if isObject {
                        try skipSpace(base, &at, count)
                        try skipKey(base, &at, count)
                    }
                    break
                }
                guard next == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                    position = at
                    throw unexpected()
                }
                at += 1
                open -= 1
            }
        }
    }

    /// Goes on to the next byte that is no white space; there has to be one.
    @inline(__always)
    private mutating func skipSpace(_ base: UnsafePointer<UInt8>, _ at: inout Int, _ count: Int) throws(JSONFault) {
        if at < count, base[at] > 0x20 { return }
        position = at
        guard peek() != nil else { throw unexpected() }
        at = position
    }

    /// Reads a key and its colon.
    @inline(__always)
    private mutating func skipKey(_ base: UnsafePointer<UInt8>, _ at: inout Int, _ count: Int) throws(JSONFault) {
        guard base[at] == UInt8(ascii: "\"") else {
            position = at
            throw unexpected()
        }
        try skipString(base, &at, count)
        if at < count, base[at] == UInt8(ascii: ":") {
            at += 1
            return
        }
        position = at
        try expect(UInt8(ascii: ":"))
        at = position
    }

    /// Passes over a string whose opening quote is next.
    @inline(__always)
    private mutating func skipString(_ base: UnsafePointer<UInt8>, _ at: inout Int, _ count: Int) throws(JSONFault) {
        let end = Self.plainEnd(base, at + 1, count)
        if end < count, base[end] == UInt8(ascii: "\"") {
            at = end + 1
            return
        }
        position = at
        _ = try string()
        at = position
    }

    /// Passes over a literal or a number.
    private mutating func scalar(_ first: UInt8) throws(JSONFault) {
        switch first {
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        default: throw unexpected()
        }
    }
}
