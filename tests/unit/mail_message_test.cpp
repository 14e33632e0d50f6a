// What mgr-mail makes of a letter: read back by strict readers of the test's own.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <sstream>

#include "modules/mgr-mail/address.h"
#include "modules/mgr-mail/encoding.h"
#include "modules/mgr-mail/message.h"

namespace mgr_mail {
namespace {

Letter letter() { return {"", {"a@b"}, "Subject", "Text\n", "1@b", 0}; }

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

int digit(char c) {
  const auto place = std::string_view("0123456789ABCDEF").find(c);
  return place == std::string_view::npos ? -1 : static_cast<int>(place);
}

// What =XX stand for; nothing where one is none.
std::optional<std::string> without_escapes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0) {
      return std::nullopt;
    }
    out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
    i += 2;
  }
  return out;
}

// RFC 2045, 6.7, to the letter; and what mailers change is an error too.
std::optional<std::string> read_quoted_printable(const std::string& text) {
  if (!text.empty() && text.back() != '\n') return std::nullopt;
  std::string out;
  for (std::string line : lines_of(text)) {
    const bool changed = line.starts_with('.') || line.starts_with("From ");
    if (line.size() > 76 || changed || line.ends_with(' ') || line.ends_with('\t')) {
      return std::nullopt;
    }
    for (const char c : line) {
      if (c != '\t' && (c < 0x20 || c > 0x7E)) return std::nullopt;
    }
    const bool soft = line.ends_with('=');
    if (soft) line.pop_back();
    const auto plain = without_escapes(line);
    if (!plain) return std::nullopt;
    out += *plain + (soft ? "" : "\n");
  }
  return out;
}

// RFC 2047 of one header, folded as header_value folds.
std::optional<std::string> read_words(std::string_view name, const std::string& value) {
  std::string out;
  bool first = true;
  for (std::string line : lines_of(value)) {
    if (first ? name.size() + 2 + line.size() > 76 : line.size() > 76 || !line.starts_with(' ')) {
      return std::nullopt;
    }
    std::string_view word = std::string_view(line).substr(first ? 0 : 1);
    if (word.size() > 75 || !word.starts_with("=?UTF-8?Q?") || !word.ends_with("?=")) {
      return std::nullopt;
    }
    word = word.substr(10, word.size() - 12);
    if (word.find_first_of("? \t()<>@,;:\"[]") != std::string_view::npos) return std::nullopt;
    std::string spaced(word);
    std::ranges::replace(spaced, '_', ' ');
    const auto plain = without_escapes(spaced);
    if (!plain || !is_text(*plain)) return std::nullopt;  // a character that was split is none
    out += *plain;
    first = false;
  }
  return out;
}

TEST(MailText, EveryMailerLeavesItAsItIs) {
  EXPECT_EQ(quoted_printable(""), "");
  EXPECT_EQ(quoted_printable("a"), "a\n");
  EXPECT_EQ(quoted_printable("a\r\nb\n"), "a\nb\n");
  EXPECT_EQ(quoted_printable("\n\n"), "\n\n");
  EXPECT_EQ(quoted_printable(".\n..\na.\n"), "=2E\n=2E.\na.\n");
  EXPECT_EQ(quoted_printable("From me\nFromage\nfrom me\n"), "=46rom me\nFromage\nfrom me\n");
  EXPECT_EQ(quoted_printable("a \nb\t\r\n "), "a=20\nb=09\n=20\n");
  EXPECT_EQ(quoted_printable("a\rb\r\r\nc"), "a=0Db=0D\nc\n");
  EXPECT_EQ(quoted_printable("x=3D ü\x1B[2J"), "x=3D3D =C3=BC=1B[2J\n");
}

TEST(MailText, ALongLineIsBrokenSoftly) {
  EXPECT_EQ(quoted_printable(std::string(75, 'a')), std::string(75, 'a') + "\n");
  EXPECT_EQ(quoted_printable(std::string(76, 'a')), std::string(75, 'a') + "=\na\n");
  EXPECT_EQ(quoted_printable(std::string(75, 'a') + ".b"), std::string(75, 'a') + "=\n=2Eb\n");
  EXPECT_EQ(quoted_printable(std::string(75, 'a') + "From b"),
            std::string(75, 'a') + "=\n=46rom b\n");
  EXPECT_EQ(quoted_printable(std::string(74, 'a') + "ü"), std::string(74, 'a') + "=\n=C3=BC\n");
}

TEST(MailText, IsReadBackAsItWas) {
  std::mt19937 random(1);
  constexpr std::string_view bytes = "aab. .=\t\r\n\nF\x1B\xC3\xFF-";
  for (int i = 0; i < 3000; ++i) {
    std::string text, expected;
    for (auto length = random() % 300; length > 0; --length) {
      text +=
          random() % 9 == 0 ? std::string("From ") : std::string(1, bytes[random() % bytes.size()]);
    }
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text.substr(at, 2) != "\r\n") expected += text[at];
    }
    if (!expected.empty() && expected.back() != '\n') expected += '\n';
    EXPECT_EQ(read_quoted_printable(quoted_printable(text)), expected)
        << testing::PrintToString(text);
  }
}

TEST(MailSubject, StandsAsItIsOnlyWhereNobodyReadsItOtherwise) {
  EXPECT_EQ(header_value("Subject", "Backup: done (3 of 4)"), "Backup: done (3 of 4)");
  EXPECT_EQ(header_value("Subject", std::string(69, 'x')), std::string(69, 'x'));
  for (const std::string& text :
       {std::string(70, 'x'), std::string(255, 'x'), std::string("=?UTF-8?Q?x?="),
        std::string("Größe"), std::string(" a"), std::string("a "), std::string(" ")}) {
    const std::string value = header_value("Subject", text);
    EXPECT_TRUE(value.starts_with("=?UTF-8?Q?")) << value;
    EXPECT_EQ(read_words("Subject", value), text) << value;
  }
}

TEST(MailSubject, IsReadBackAsItWas) {
  std::mt19937 random(2);
  const std::vector<std::string> pieces{"a",  " ", "?", "=", "_", "ü", "€", "\xF0\x9F\x92\xA9",
                                        "\"", "."};
  for (int i = 0; i < 3000; ++i) {
    std::string text = "ä";
    while (text.size() < 1 + random() % 250) text += pieces[random() % pieces.size()];
    EXPECT_EQ(read_words("Subject", header_value("Subject", text)), text);
  }
}

TEST(MailMessage, HasTheseHeadersAndNoOther) {
  Letter sent = letter();
  sent.from = "box@example.org";
  sent.recipients = {"root", "a@b"};
  sent.date = 1700000000;
  EXPECT_EQ(compose(sent),
            "From: box@example.org\nTo: root,\n a@b\nSubject: Subject\n"
            "Date: Tue, 14 Nov 2023 22:13:20 +0000\nMessage-ID: <1@b>\nMIME-Version: 1.0\n"
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n"
            "Auto-Submitted: auto-generated\n\nText\n");
  EXPECT_TRUE(compose(letter()).starts_with("To: a@b\n")) << "the mailer knows who sends it";
}

TEST(MailMessage, HeadersInTheTextAreText) {
  Letter sent = letter();
  sent.text = "Bcc: x@y\n\nFrom: z\n";
  EXPECT_TRUE(compose(sent).ends_with("auto-generated\n\nBcc: x@y\n\nFrom: z\n"));
}

TEST(MailMessage, ManyRecipientsAreNotToldOfEachOther) {
  Letter sent = letter();
  sent.recipients.assign(most_named, std::string(254, 'x'));
  std::string message = compose(sent);
  for (const std::string& line : lines_of(message)) EXPECT_LE(line.size(), 998u);
  EXPECT_NE(message.find(sent.recipients[0]), std::string::npos);
  sent.recipients.push_back("y");
  message = compose(sent);
  EXPECT_TRUE(message.starts_with("To: undisclosed-recipients:;\n"));
  EXPECT_EQ(message.find(sent.recipients[0]), std::string::npos);
}

TEST(MailMessage, ATextIsUtf8WithoutNul) {
  EXPECT_TRUE(is_text(""));
  EXPECT_TRUE(is_text("a\x1B\r\n\tü\x7F"));
  for (const std::string& bytes : {std::string("a\0b", 3), std::string("\xFF"), std::string("\xC3"),
                                   std::string("\xED\xA0\x80"), std::string("\xC0\x80")}) {
    EXPECT_FALSE(is_text(bytes)) << testing::PrintToString(bytes);
  }
}

TEST(MailMessage, ASubjectHasNoLineBreak) {
  EXPECT_TRUE(is_subject("x"));
  EXPECT_TRUE(is_subject(std::string(255, 'x')));
  for (const std::string& text :
       {std::string(), std::string(256, 'x'), std::string("a\nBcc: b"), std::string("a\rb"),
        std::string("a\0", 2), std::string("\xFF"), std::string("a\x1B[m")}) {
    EXPECT_FALSE(is_subject(text)) << testing::PrintToString(text);
  }
}

TEST(MailRecipients, AreEachSentToOnce) {
  using Recipients = std::vector<std::string>;
  EXPECT_EQ(parse_recipients("b,a,b"), (Recipients{"b", "a"}));
  EXPECT_EQ(parse_recipients("A@b,a@b"), (Recipients{"A@b", "a@b"}))
      << "who is who the mailer knows";
  for (const char* text : {"", ",", "a,", "a, b", "-t", "a\n"}) {
    EXPECT_FALSE(parse_recipients(text)) << text;
  }
  std::string many = "a0";
  for (std::size_t i = 1; i < most_recipients; ++i) many += ",a" + std::to_string(i);
  EXPECT_TRUE(parse_recipients(many));
  EXPECT_FALSE(parse_recipients(many + ",b"));
}

}  // namespace
}  // namespace mgr_mail
