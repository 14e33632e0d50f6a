# What other programs' files become, and how it is written.
mgr_unit_test(import_test import_words_test.cpp import_configd_test.cpp import_sudoers_test.cpp
              import_sudoers_rules_test.cpp import_write_test.cpp
  LIBRARIES mgrctl_parts mgr_policy_files Threads::Threads)
# gcc 12 at -O3 takes strings of an initializer list for unset.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set_source_files_properties(import_write_test.cpp PROPERTIES COMPILE_OPTIONS -Wno-maybe-uninitialized)
endif()
