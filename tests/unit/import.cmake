# What other programs' files become, and how it is written.
mgr_unit_test(import_test import_words_test.cpp import_configd_test.cpp import_sudoers_test.cpp
              import_sudoers_rules_test.cpp import_write_test.cpp
  LIBRARIES mgrctl_parts mgr_policy_files Threads::Threads)
