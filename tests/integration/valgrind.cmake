# The helper under valgrind, which knows of memory what the sanitizers do not: whether it was ever written. The two
# do not go together.
if(NOT MGR_SANITIZE)
  add_library(valgrind_pidfd MODULE valgrind_pidfd.cpp)
  set_target_properties(valgrind_pidfd PROPERTIES
    PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  target_link_libraries(valgrind_pidfd PRIVATE ${CMAKE_DL_LIBS})
  add_test(NAME valgrind.Memcheck
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/valgrind_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} Memcheck)
  set_tests_properties(valgrind.Memcheck PROPERTIES LABELS "integration;valgrind" TIMEOUT 300)
endif()
