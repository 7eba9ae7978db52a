import CYAML

/// What libyaml tells, one after the other.
enum YAMLEvent {
    case documentStart
    case documentEnd
    case alias(anchor: String, YAMLPosition)
    case scalar(YAMLScalar, anchor: String?, tag: String?, YAMLPosition)
    case sequenceStart(anchor: String?, tag: String?, YAMLPosition)
    case sequenceEnd
    case mappingStart(anchor: String?, tag: String?, YAMLPosition)
    case mappingEnd
}

/// A libyaml parser over a text of its own.
final class YAMLEvents {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeMutableBufferPointer<UInt8>
    private var ended = false

    init(_ bytes: [UInt8]) {
        text = .allocate(capacity: bytes.count)
        _ = text.initialize(from: bytes)
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        // Fails only without memory; the first event then reports an error.
        ended = yaml_parser_initialize(parser) == 0
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        text.deallocate()
    }

    /// The next event; nil at the end of the stream.
    func next() throws(YAMLError) -> YAMLEvent? {
        while !ended {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else {
                ended = true
                throw fault()
            }
            defer { yaml_event_delete(&event) }
            if event.type == YAML_STREAM_END_EVENT || event.type == YAML_NO_EVENT {
                ended = true
            } else if let event = Self.translate(event) {
                return event
            }
        }
        return nil
    }

    private static func translate(_ event: yaml_event_t) -> YAMLEvent? {
        let place = position(event.start_mark)
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return .alias(anchor: string(event.data.alias.anchor) ?? "", place)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return .scalar(
                YAMLScalar(String(decoding: bytes, as: UTF8.self), style: style(scalar.style)),
                anchor: string(scalar.anchor), tag: string(scalar.tag), place)
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return .sequenceStart(anchor: string(start.anchor), tag: string(start.tag), place)
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return .mappingStart(anchor: string(start.anchor), tag: string(start.tag), place)
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        default: return nil
        }
    }

    private static func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }

    private static func string(_ text: UnsafePointer<yaml_char_t>?) -> String? {
        text.map { String(cString: $0) }
    }

    private static func position(_ mark: yaml_mark_t) -> YAMLPosition {
        YAMLPosition(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }

    private func fault() -> YAMLError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "no memory"
        if parser.pointee.error == YAML_READER_ERROR {
            // The reader stands before the scanner and knows only the offset of a byte.
            return YAMLError(at: position(ofByte: Int(parser.pointee.problem_offset)), "not UTF-8 text: \(problem)")
        }
        var what = parser.pointee.context.map { "\(String(cString: $0)): \(problem)" } ?? problem
        let mark = parser.pointee.problem_mark
        if problem.contains("cannot start any token"), isTab(line: Int(mark.line), column: Int(mark.column)) {
            what += " (a tab cannot indent: use spaces)"
        }
        return YAMLError(at: Self.position(mark), what)
    }

    private func position(ofByte offset: Int) -> YAMLPosition {
        let before = text.prefix(offset)
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        // Continuation bytes are no characters of their own.
        return YAMLPosition(line: line, column: before[start...].count { $0 & 0xC0 != 0x80 } + 1)
    }

    /// Whether a tab stands at a place that has only ASCII before it, as indentation has.
    private func isTab(line: Int, column: Int) -> Bool {
        let lines = text.split(
            separator: UInt8(ascii: "\n"), maxSplits: line + 1, omittingEmptySubsequences: false)
        guard line < lines.count, column < lines[line].count else { return false }
        return lines[line][lines[line].startIndex + column] == UInt8(ascii: "\t")
    }
}
