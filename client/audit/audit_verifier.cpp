// mgrctl, with the caller's own uid. Distrusts every line.
#include "client/audit/audit_verifier.h"

#include <algorithm>
#include <charconv>

#include "protocol/audit_files.h"

namespace mgr::client {
namespace {

std::string numbers(std::uint64_t first, std::uint64_t last) {
  if (first == last) return std::to_string(first);
  return std::to_string(first) + " to " + std::to_string(last);
}

// From the first key of all to a log whose front has been removed: minutes.
constexpr std::uint64_t most_steps_to_front = std::uint64_t{1} << 31;

std::string number_of(const AuditLine& line) { return "line " + std::to_string(line.seq); }

}  // namespace

std::optional<AuditHead> AuditHead::parse(std::string_view text) {
  AuditHead head;
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + colon, head.seq);
  head.hash = text.substr(colon + 1);
  const bool good = error == std::errc() && end == text.data() + colon && head.seq > 0 &&
                    head.hash.size() == audit_hash_length &&
                    head.hash.find_first_not_of("0123456789abcdef") == head.hash.npos;
  return good ? std::optional(head) : std::nullopt;
}

AuditVerifier::AuditVerifier(std::vector<AuditKey> keys, std::optional<AuditHead> head, bool whole)
    : whole_(whole) {
  std::ranges::sort(keys, {}, &AuditKey::seq);
  keys_ = std::make_shared<const std::vector<AuditKey>>(std::move(keys));
  if (head) head_ = std::make_shared<const AuditHead>(std::move(*head));
}

void AuditVerifier::take(std::string_view text, AuditPlace place, AuditFindings& findings) {
  ++summary_.lines;
  const auto line = text.size() <= longest_audit_line ? parse_audit_line(text) : std::nullopt;
  if (!line) return put_aside(text, place);
  const std::size_t before = findings.size();
  if (line->seq <= last_seq_) return refuse_earlier(*line, text, place, findings);
  const std::uint64_t seq = judge(*line, place, findings);
  last_is_bad_ = findings.size() > before;
  take_over(*line, seq, text, place);
  if (!head_ || line->seq != head_->seq) return;
  head_seen_ = true;
  if (audit_hash(text) == head_->hash) return;
  findings.push_back({AuditFault::other_head, place, number_of(*line) + " has another hash"});
}

// It may yet be vouched for, by the line that follows.
void AuditVerifier::put_aside(std::string_view text, AuditPlace place) {
  if (torn_++ == 0) torn_place_ = place;
  if (since_.size() > longest_audit_line) return;
  since_.append(summary_.lines > 1 ? "\n" : "").append(text.substr(0, longest_audit_line));
}

void AuditVerifier::refuse_earlier(const AuditLine& line, std::string_view text, AuditPlace place,
                                   AuditFindings& findings) {
  const bool doubled = text == since_;
  judge_torn(false, findings);
  findings.push_back({doubled ? AuditFault::doubled : AuditFault::moved, place,
                      number_of(line) + " follows line " + std::to_string(last_seq_)});
}

// The line before what is torn is not here, as where it was removed with its file: the chain begins
// with this one, and how many before it were torn is the proof's to say.
bool AuditVerifier::is_front_torn(const AuditLine& line) const {
  return last_seq_ == 0 && torn_ > 0 && line.seq > torn_ + 1 && !line.proof().empty() &&
         line.event == audit_event::recovered;
}

bool AuditVerifier::follows(const AuditLine& line) const {
  if (is_front_torn(line)) return true;  // what stood before it is not here
  if (since_.empty()) return line.seq > 1 || line.prev == std::string(audit_hash_length, '0');
  if (line.prev == audit_hash(since_)) return true;
  // Before there were MACs, it was the hash of what was torn alone.
  return line.mac.empty() && torn_ == 1 && line.event == audit_event::recovered &&
         line.prev == audit_hash(std::string_view(since_).substr(since_.rfind('\n') + 1));
}

// Of a line that is behind the last one. A number that was edited shows in that its line follows
// all the same; a line that does not follow tells of the one before it, unless it has a MAC to be
// judged by.
std::uint64_t AuditVerifier::judge(const AuditLine& line, AuditPlace place,
                                   AuditFindings& findings) {
  const std::uint64_t expected = last_seq_ == 0 ? line.seq : last_seq_ + torn_ + 1;
  // Each line that is torn has taken a number.
  const std::uint64_t first_torn = expected - std::min(torn_, expected - 1);
  if (last_seq_ == 0) front_ = first_torn;
  const bool follows = this->follows(line);
  const bool skips = line.seq > expected;
  const bool is_gap = skips && line.event == audit_event::gap;
  const bool is_given_up = skips && follows && line.event == audit_event::given_up &&
                           line.first_number("first") == expected;
  const bool is_torn = torn_ > 0;
  const bool is_proven = !(is_given_up || (is_torn && line.event == audit_event::recovered)) ||
                         proves_loss(line, first_torn, place, findings);
  const bool is_renumbered = follows && line.seq != expected && !is_gap && !is_given_up;
  const bool is_good = has_good_mac(line, is_renumbered ? expected : line.seq, place, findings);
  judge_torn(is_good && is_proven && follows && line.event == audit_event::recovered, findings);
  if (is_renumbered) {
    findings.push_back(
        {AuditFault::edited, place,
         number_of(line) + " stands where line " + std::to_string(expected) + " was"});
  } else if (is_given_up && is_good && is_proven) {
    findings.push_back({AuditFault::given_up, place, numbers(expected, line.seq - 1)});
  } else if (skips) {
    findings.push_back(
        {is_gap ? AuditFault::gap : AuditFault::missing, place, numbers(expected, line.seq - 1)});
  } else if (!follows && is_good && !last_is_bad_ && !is_torn) {
    const std::uint64_t which = last_seq_ == 0 ? line.seq : last_seq_;
    findings.push_back({AuditFault::edited, last_seq_ == 0 ? place : last_place_,
                        "line " + std::to_string(which) + " is not the one that the next names"});
  }
  return is_renumbered ? expected : line.seq;
}

bool AuditVerifier::proves_loss(const AuditLine& line, std::uint64_t first, AuditPlace place,
                                AuditFindings& findings) {
  if (take_key_to(first, place, findings)) return line.proof() == key_->loss_proof(line.prev);
  // By itself it says that the line before it was torn; how many were, the chain or the proof does.
  return torn_ <= 1 || !is_front_torn(line);
}

void AuditVerifier::judge_torn(bool is_vouched, AuditFindings& findings) {
  if (torn_ > 0) {
    const bool is_front = is_vouched && last_seq_ == 0 && front_ > 1;
    findings.push_back(
        {is_vouched ? AuditFault::torn : AuditFault::damaged, torn_place_,
         std::to_string(torn_) + (torn_ == 1 ? " line" : " lines") +
             (is_front ? "; the hash of what is left includes a line that is not here" : "")});
  }
  torn_ = 0;
}

// Takes the key to that number; false where there is none for it.
bool AuditVerifier::take_key_to(std::uint64_t seq, AuditPlace place, AuditFindings& findings) {
  const auto next = std::ranges::upper_bound(*keys_, seq, {}, &AuditKey::seq);
  if (next == keys_->begin()) return false;
  const AuditKey& first = *std::prev(next);
  if (first.seq() != key_from_) {
    key_ = first;
    key_from_ = first.seq();
  }
  if (!key_ || key_->seq() > seq) return false;
  if (seq - key_->seq() > (last_seq_ == 0 ? most_steps_to_front : most_audit_key_steps)) {
    findings.push_back({AuditFault::too_far, place, "no MAC is checked from here on"});
    key_.reset();
    return false;
  }
  while (key_->seq() < seq) key_->advance();
  return true;
}

bool AuditVerifier::has_good_mac(const AuditLine& line, std::uint64_t seq, AuditPlace place,
                                 AuditFindings& findings) {
  const bool has_key = take_key_to(seq, place, findings);
  if (line.mac.empty() && (has_key || summary_.with_mac > 0)) {
    findings.push_back({AuditFault::without_mac, place, number_of(line)});
    return false;
  }
  summary_.with_mac += line.mac.empty() ? 0U : 1U;
  if (!has_key) return true;
  ++summary_.macs_checked;
  if (line.mac == key_->mac(line.covered)) return true;
  findings.push_back({AuditFault::edited, place, number_of(line) + " has not the MAC of its text"});
  return false;
}

void AuditVerifier::take_over(const AuditLine& line, std::uint64_t seq, std::string_view text,
                              AuditPlace place) {
  if (last_seq_ == 0) {
    summary_.first = seq;
    summary_.first_time = line.time;
  }
  const bool tells_of_front =
      line.event == audit_event::removed && line.first_number("before") == front_ && !last_is_bad_;
  if (tells_of_front && !front_removed_at_) front_removed_at_ = place;
  last_seq_ = seq;
  last_place_ = place;
  since_ = text;
  summary_.last = seq;
  summary_.last_time = line.time;
}

void AuditVerifier::finish(bool open_line, AuditFindings& findings) {
  summary_.head_hash = audit_hash(since_);
  if (open_line) {
    torn_ = torn_ == 0 ? 0 : torn_ - 1;
    findings.push_back({AuditFault::cut_off, last_place_, "the log ends in mid-line"});
  }
  judge_torn(false, findings);
  if (whole_ && front_ > 1 && front_removed_at_) {
    findings.push_back(
        {AuditFault::removed, *front_removed_at_, numbers(1, front_ - 1) + ", it says"});
  } else if (whole_ && front_ > 1) {
    findings.push_back({AuditFault::begins_late,
                        {},
                        "1 to " + std::to_string(front_ - 1) +
                            " are missing, and no line says that they "
                            "have been removed"});
  }
  const std::string ends = "it ends with line " + std::to_string(last_seq_);
  if (whole_ && !keys_->empty() && last_seq_ < keys_->back().seq()) {
    findings.push_back({AuditFault::cut_off, last_place_,
                        "a key is for line " + std::to_string(keys_->back().seq()) + "; " + ends});
  }
  if (!head_ || head_seen_) return;
  const std::string missing = "line " + std::to_string(head_->seq) + " is not there; ";
  if (head_->seq < summary_.first) {
    findings.push_back({AuditFault::head_gone,
                        {},
                        missing + "the log begins with line " + std::to_string(summary_.first) +
                            ", and nothing in it shows what became of that"});
  } else {
    findings.push_back({AuditFault::cut_off, last_place_, missing + ends});
  }
}

std::string_view fault_name(AuditFault fault) {
  constexpr std::string_view names[] = {
      "torn",   "given up", "removed", "damaged",    "edited",    "missing",     "doubled", "moved",
      "no MAC", "gap",      "cut off", "other head", "head gone", "begins late", "too far"};
  return names[static_cast<std::size_t>(fault)];
}

}  // namespace mgr::client
