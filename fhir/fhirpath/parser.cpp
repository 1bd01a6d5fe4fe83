#include "fhir/fhirpath/parser.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fhir/fhirpath/temporal.h"
#include "fhir/markup/characters.h"

namespace fhir::fhirpath {
namespace {

struct Operator {
  std::string_view symbol;
  Op op;
  int precedence;
};

constexpr int typePrecedence = 8;
constexpr int lowestPrecedence = 1;

constexpr std::array<Operator, 24> operators{{
    {"implies", Op::implies, 1},
    {"or", Op::or_, 2},
    {"xor", Op::xor_, 2},
    {"and", Op::and_, 3},
    {"in", Op::in, 4},
    {"contains", Op::contains, 4},
    {"=", Op::equal, 5},
    {"~", Op::equivalent, 5},
    {"!=", Op::notEqual, 5},
    {"!~", Op::notEquivalent, 5},
    {"<", Op::less, 6},
    {"<=", Op::lessOrEqual, 6},
    {">", Op::greater, 6},
    {">=", Op::greaterOrEqual, 6},
    {"|", Op::union_, 7},
    {"is", Op::is, typePrecedence},
    {"as", Op::as, typePrecedence},
    {"+", Op::add, 9},
    {"-", Op::subtract, 9},
    {"&", Op::concatenate, 9},
    {"*", Op::multiply, 10},
    {"/", Op::divide, 10},
    {"div", Op::div, 10},
    {"mod", Op::mod, 10},
}};

const Operator* findOperator(const Token& token) noexcept {
  if (token.type != Token::Type::symbol && token.type != Token::Type::identifier) return nullptr;
  const auto found = std::find_if(operators.begin(), operators.end(),
                                  [&](const Operator& candidate) { return candidate.symbol == token.text; });
  return found == operators.end() ? nullptr : &*found;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) {}

  Result<Node> run() {
    Node root;
    if (advance() && expression(lowestPrecedence, root) && token_.type != Token::Type::end)
      fail(token_.position, "expected an operator or the end of the expression.");
    if (fault_) return *std::move(fault_);
    return root;
  }

 private:
  bool fail(std::size_t position, std::string_view message) {
    if (!fault_) fault_ = syntaxError(position, message);
    return false;
  }

  bool advance() {
    auto token = lexer_.next();
    if (!token) {
      if (!fault_) fault_ = std::move(token).outcome();
      return false;
    }
    token_ = *std::move(token);
    return true;
  }

  bool expect(std::string_view symbol) {
    if (token_.is(symbol)) return advance();
    return fail(token_.position, "expected " + std::string(symbol) + ".");
  }

  Node make(Op op, std::size_t position) {
    Node node;
    node.op = op;
    node.position = static_cast<std::uint32_t>(position);
    return node;
  }

  bool adopt(Node& parent, Node&& child) {
    if (child.depth >= maxTreeDepth) return fail(parent.position, "the expression is nested too deeply.");
    parent.depth = std::max<std::uint16_t>(parent.depth, static_cast<std::uint16_t>(child.depth + 1));
    parent.children.push_back(std::move(child));
    return true;
  }

  // A binary operator's left side is already in `out`.
  bool expression(int lowest, Node& out) {
    if (nesting_ >= maxTreeDepth) return fail(token_.position, "the expression is nested too deeply.");
    ++nesting_;
    const bool good = unary(out) && operations(lowest, out);
    --nesting_;
    return good;
  }

  bool operations(int lowest, Node& out) {
    for (;;) {
      const Operator* found = findOperator(token_);
      if (!found || found->precedence < lowest) return true;
      Node node = make(found->op, token_.position);
      if (!advance() || !adopt(node, std::move(out))) return false;
      if (found->precedence == typePrecedence) {
        if (!typeSpecifier(node)) return false;
      } else {
        Node right;
        if (!expression(found->precedence + 1, right) || !adopt(node, std::move(right))) return false;
      }
      out = std::move(node);
    }
  }

  bool unary(Node& out) {
    if (!token_.is("+") && !token_.is("-")) return term(out);
    if (nesting_ >= maxTreeDepth) return fail(token_.position, "the expression is nested too deeply.");
    Node node = make(token_.is("-") ? Op::negative : Op::positive, token_.position);
    Node operand;
    ++nesting_;
    const bool good = advance() && unary(operand) && adopt(node, std::move(operand));
    --nesting_;
    out = std::move(node);
    return good;
  }

  bool term(Node& out) {
    if (!primary(out)) return false;
    for (;;) {
      if (token_.is(".")) {
        if (!advance() || !invocation(&out)) return false;
      } else if (token_.is("[")) {
        Node node = make(Op::indexer, token_.position);
        Node index;
        if (!advance() || !expression(lowestPrecedence, index) || !expect("]")) return false;
        if (!adopt(node, std::move(out)) || !adopt(node, std::move(index))) return false;
        out = std::move(node);
      } else {
        return true;
      }
    }
  }

  bool primary(Node& out) {
    const std::size_t position = token_.position;
    switch (token_.type) {
      case Token::Type::number:
        return numeric(out);
      case Token::Type::string:
        return literal(Kind::string, out);
      case Token::Type::date:
        if (!Temporal::parseDate(token_.text))
          return fail(position, "expected a date: @YYYY, @YYYY-MM or @YYYY-MM-DD.");
        return literal(Kind::date, out);
      case Token::Type::dateTime:
        if (!Temporal::parseDateTime(token_.text))
          return fail(position, "expected a dateTime: @YYYY-MM-DDThh:mm:ss.");
        return literal(Kind::dateTime, out);
      case Token::Type::time:
        if (!Temporal::parseTime(token_.text)) return fail(position, "expected a time: @Thh:mm:ss.");
        token_.text.erase(0, 1);
        return literal(Kind::time, out);
      case Token::Type::delimited:
        return invocation(nullptr, &out);
      case Token::Type::identifier:
        if (token_.text == "true" || token_.text == "false") return literal(Kind::boolean, out);
        return invocation(nullptr, &out);
      case Token::Type::symbol:
        return symbolic(out);
      case Token::Type::end:
        break;
    }
    return fail(position, "the expression ends here; expected a value or a path.");
  }

  bool literal(Kind kind, Node& out) {
    out = make(Op::literal, token_.position);
    out.kind = kind;
    out.text = std::move(token_.text);
    return advance();
  }

  bool numeric(Node& out) {
    const std::size_t position = token_.position;
    const bool decimal = token_.text.find('.') != std::string::npos;
    if (!literal(decimal ? Kind::decimal : Kind::integer, out)) return false;
    const auto value = Decimal::parse(out.text);
    if (!value) return fail(position, "the number has too many digits.");
    const bool word = token_.type == Token::Type::identifier && calendarUnit(token_.text);
    if (word || token_.type == Token::Type::string) {
      out.kind = Kind::quantity;
      out.unit = std::move(token_.text);
      return advance();
    }
    if (!decimal && compare(*value, Decimal(2147483647, 0)) > 0)
      return fail(position, "an integer is at most 2147483647.");
    return true;
  }

  bool symbolic(Node& out) {
    const std::size_t position = token_.position;
    if (token_.is("(")) return advance() && expression(lowestPrecedence, out) && expect(")");
    if (token_.is("{")) {
      out = make(Op::empty, position);
      return advance() && expect("}");
    }
    if (token_.is("%")) {
      if (!advance()) return false;
      const bool named = token_.type == Token::Type::identifier || token_.type == Token::Type::delimited ||
                         token_.type == Token::Type::string;
      if (!named) return fail(token_.position, "expected the name of a variable behind %.");
      out = make(Op::variable, position);
      out.text = std::move(token_.text);
      return advance();
    }
    if (token_.is("$this") || token_.is("$index") || token_.is("$total")) {
      out = make(token_.is("$this") ? Op::this_ : token_.is("$index") ? Op::index : Op::total, position);
      return advance();
    }
    return fail(position, "expected a value or a path.");
  }

  // A name or a function, of `*source` when there is one: `*source` becomes the whole.
  bool invocation(Node* source, Node* out = nullptr) {
    const std::size_t position = token_.position;
    if (token_.type != Token::Type::identifier && token_.type != Token::Type::delimited)
      return fail(position, "expected the name of an element or a function.");
    Node node = make(Op::member, position);
    node.text = std::move(token_.text);
    if (!advance()) return false;
    if (source) {
      node.hasSource = true;
      if (!adopt(node, std::move(*source))) return false;
    }
    if (token_.is("(") && !call(node)) return false;
    *(source ? source : out) = std::move(node);
    return true;
  }

  bool call(Node& node) {
    const FunctionInfo* info = findFunction(node.text);
    if (!info) return fail(node.position, "there is no function of this name here: " + node.text + ".");
    node.op = Op::call;
    node.function = info->id;
    if (!expect("(")) return false;
    if (info->id == Function::is || info->id == Function::as || info->id == Function::ofType)
      return typeSpecifier(node) && expect(")");
    if (!token_.is(")")) {
      for (;;) {
        Node argument;
        if (!expression(lowestPrecedence, argument) || !adopt(node, std::move(argument))) return false;
        if (!token_.is(",")) break;
        if (!advance()) return false;
      }
    }
    const std::size_t count = node.argumentCount();
    if (count < info->minArguments || count > info->maxArguments)
      return fail(node.position, "wrong number of arguments for " + node.text + "().");
    return expect(")");
  }

  bool typeSpecifier(Node& node) {
    const std::size_t position = token_.position;
    std::string typeName;
    for (;;) {
      if (token_.type != Token::Type::identifier && token_.type != Token::Type::delimited)
        return fail(token_.position, "expected the name of a type.");
      typeName += token_.text;
      if (!advance()) return false;
      if (!token_.is(".") || (typeName != "FHIR" && typeName != "System")) break;
      typeName += '.';
      if (!advance()) return false;
    }
    const auto type = resolveType(typeName);
    if (!type) return fail(position, "there is no type of this name: " + typeName + ".");
    node.type = *type;
    node.unit = std::move(typeName);
    return true;
  }

  Lexer lexer_;
  Token token_;
  std::optional<Outcome> fault_;
  std::size_t nesting_ = 0;
};

// Where the text ceases to be UTF-8; its size when it is all of it.
std::size_t endOfUtf8(std::string_view text) noexcept {
  const auto* begin = reinterpret_cast<const unsigned char*>(text.data());
  const auto* end = begin + text.size();
  const auto* at = begin;
  while (at < end) {
    const int length = *at < 0x80 ? 1 : markup::sequenceLength(at, end);
    if (length == 0) break;
    at += length;
  }
  return static_cast<std::size_t>(at - begin);
}

}  // namespace

std::optional<TypeSpecifier> resolveType(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Kind>, 8> systemTypes{
      {{"Boolean", Kind::boolean},
       {"String", Kind::string},
       {"Integer", Kind::integer},
       {"Decimal", Kind::decimal},
       {"Date", Kind::date},
       {"DateTime", Kind::dateTime},
       {"Time", Kind::time},
       {"Quantity", Kind::quantity}}};
  const bool systemOnly = name.starts_with("System.");
  const bool fhirOnly = name.starts_with("FHIR.");
  if (systemOnly || fhirOnly) name.remove_prefix(name.find('.') + 1);
  TypeSpecifier result;
  if (!systemOnly) result.fhir = findType(name);
  if (!fhirOnly) {
    const auto found = std::find_if(systemTypes.begin(), systemTypes.end(),
                                    [&](const auto& candidate) { return candidate.first == name; });
    if (found != systemTypes.end()) result.system = found->second;
  }
  if (!systemOnly && !result.fhir && !result.system) return std::nullopt;
  return result;
}

Result<Node> parseTree(std::string_view text) {
  if (text.size() > maxTextSize) return syntaxError(1, "the expression is longer than 65536 characters.");
  if (const std::size_t end = endOfUtf8(text); end < text.size())
    return syntaxError(end + 1, "the expression is not UTF-8.");
  return Parser(text).run();
}

}  // namespace fhir::fhirpath
