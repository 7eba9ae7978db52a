internal import MetaManagerApp

/// Durations and sizes as people write them.
enum TextsTarget {
    static func check(_ bytes: UnsafeRawBufferPointer) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        if let duration = DurationText.parse(text) {
            try expect(duration >= .zero, "no duration is negative")
            try expect(
                DurationText.parse(DurationText.print(duration)) == duration, "a duration that is written is read")
        }
        if let size = SizeText.parse(text) {
            try expect(size >= 0, "no size is negative")
            try expect(SizeText.parse(SizeText.print(size)) == size, "a size that is written is read")
        }
    }
}
