# Journeys through the real program: the browser's one here; it needs Node, Chromium and web/'s packages, as script/bootstrap installs them.
find_program(NODE node)
if(NODE AND TARGET remedium)
  add_test(NAME journey.browser COMMAND ${NODE} ${CMAKE_SOURCE_DIR}/test/journeys/browser.mjs $<TARGET_FILE:remedium>)
  set_tests_properties(journey.browser PROPERTIES LABELS browser TIMEOUT 600)
  add_test(NAME journey.main_job COMMAND ${NODE} ${CMAKE_SOURCE_DIR}/test/journeys/main_job.mjs $<TARGET_FILE:remedium>)
  set_tests_properties(journey.main_job PROPERTIES LABELS journey TIMEOUT 300)
endif()
