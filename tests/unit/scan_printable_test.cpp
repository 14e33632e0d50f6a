// Test · any uid · names as an attacker would choose them.
#include <gtest/gtest.h>

#include "modules/mgr-scan/printable.h"

namespace mgr_scan {
namespace {

TEST(ScanPrintable, KeepsPlainAndUtf8Names) {
  EXPECT_EQ(printable("index.html"), "index.html");
  EXPECT_EQ(printable("caf\xC3\xA9 \xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x98\x80"),
            "caf\xC3\xA9 \xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x98\x80");
}

TEST(ScanPrintable, EscapesLineBreaksAndTerminalSequences) {
  EXPECT_EQ(printable("a\nremoved b"), "a\\x0Aremoved b");
  EXPECT_EQ(printable("\x1B[2J\x7F\r"), "\\x1B[2J\\x7F\\x0D");
  EXPECT_EQ(printable("\xC2\x9B"
                      "2J"),
            "\\xC2\\x9B"
            "2J");  // C1 CSI in UTF-8
}

TEST(ScanPrintable, EscapesWhatIsNotUtf8) {
  EXPECT_EQ(printable("\xFF"), "\\xFF");
  EXPECT_EQ(printable("\xC0\xAF"), "\\xC0\\xAF");                    // overlong
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xED\\xA0\\x80");           // surrogate
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80");  // above U+10FFFF
  EXPECT_EQ(printable("a\xE2\x82"), "a\\xE2\\x82");                  // cut off
}

TEST(ScanPrintable, EscapesDirectionAndInvisibleCharacters) {
  EXPECT_EQ(printable("gpj\xE2\x80\xAE.exe"), "gpj\\xE2\\x80\\xAE.exe");
  EXPECT_EQ(printable("a\xE2\x80\x8B"), "a\\xE2\\x80\\x8B");
}

TEST(ScanPrintable, CannotBeImitated) {
  EXPECT_EQ(printable("a\\x0Ab"), "a\\\\x0Ab");
  EXPECT_NE(printable("a\\x0Ab"), printable("a\nb"));
}

}  // namespace
}  // namespace mgr_scan
