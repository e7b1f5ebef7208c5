//! The list of all tests of the suite.

/// Declares the tests of the suite for the providers that `$start` starts.
#[macro_export]
macro_rules! conformance_tests {
    ($start:path) => {
        $crate::conformance_tests! { $start, actions:
            a_cancellation_at_once_cancels_one_subscription_whatever_its_status
            a_cancellation_at_the_periods_end_cancels_nothing_yet
            a_cancellation_that_unpauses_ends_the_pause_first
            cancel_all_cancels_every_subscription_of_the_customer_and_of_nobody_else
            a_pause_at_once_lasts_as_long_as_it_says
            a_pause_at_the_periods_end_pauses_nothing_yet
            pause_all_pauses_every_subscription_of_the_customer_and_annual_ones_if_allowed
            a_coupon_is_applied_once_to_one_subscription_by_either_name_of_its_field
            a_price_changes_at_once_or_at_the_periods_end_by_either_name_of_its_field
            a_trial_is_extended_by_a_period_or_to_a_date_and_only_once_by_the_same_request
            the_same_request_many_times_at_once_has_the_effect_of_one
        }
        $crate::conformance_tests! { $start, bodies:
            a_body_without_a_required_field_or_with_null_for_it_is_a_400
            a_field_of_another_type_is_a_400
            a_word_that_the_protocol_does_not_know_is_a_400
            a_duration_that_is_neither_a_period_nor_a_date_is_a_400
            a_date_that_does_not_exist_is_a_400
            a_date_that_is_not_written_as_rfc_3339_says_is_a_400
            what_is_not_json_or_no_object_is_a_400
            a_deeply_nested_body_is_refused_and_the_provider_lives_on
            a_body_of_a_mebibyte_is_refused_and_the_provider_lives_on
            a_body_that_says_it_is_no_json_is_refused
            another_customers_subscription_is_a_404_for_every_action
            an_annual_subscription_is_not_paused_unless_that_is_allowed
            an_option_that_the_manifest_has_switched_off_is_a_400
            a_refused_request_leaves_the_connection_and_the_next_answer_alone
        }
        $crate::conformance_tests! { $start, ids:
            an_odd_id_in_a_path_is_one_that_nobody_has
            an_address_that_nobody_has_is_a_404_encoded_or_not
            an_id_that_is_sent_unencoded_is_read_as_far_as_http_allows
            a_path_that_cannot_be_decoded_is_refused_and_never_a_500
            an_odd_id_in_a_body_is_one_that_nobody_has
        }
        $crate::conformance_tests! { $start, manifest:
            the_manifest_has_the_protocols_form_and_is_the_same_in_both_modes
            every_module_of_the_manifest_answers_and_no_other_does
        }
        $crate::conformance_tests! { $start, queries:
            a_limit_that_is_no_positive_number_is_a_400
            a_limit_beyond_the_cap_is_the_cap_however_large
            a_cursor_that_the_provider_did_not_write_is_a_400
            a_foreign_cursor_is_refused_or_harmless_and_never_leaks_the_other_list
            a_stale_cursor_goes_on_after_the_row_it_was_written_for
            a_mode_other_than_test_and_live_is_a_400_and_does_nothing
        }
        $crate::conformance_tests! { $start, reading:
            every_listed_row_can_be_retrieved_and_is_the_same
            every_customer_is_found_by_email_and_by_phone_encoded_or_not
            what_a_row_names_or_embeds_is_the_row_that_can_be_retrieved
            test_and_live_data_are_apart_and_live_is_meant_when_nothing_is_said
            what_does_not_exist_is_a_404_of_every_kind
            another_customers_subscription_does_not_exist
        }
        $crate::conformance_tests! { $start, tokens:
            without_the_token_every_request_gets_the_same_401_and_does_nothing
            the_scheme_has_no_case_and_may_be_left_out
            a_path_that_is_not_in_the_protocol_is_a_404_with_a_token_and_a_401_without
            a_method_that_a_path_does_not_have_is_a_405_and_does_nothing
        }
        $crate::conformance_tests! { $start, walks:
            every_list_has_the_same_rows_in_the_same_order_whatever_the_limit
            every_customers_subscriptions_are_the_same_whatever_the_limit
            a_page_holds_ten_rows_unless_asked_and_a_hundred_at_most
        }
    };
    ($start:path, $module:ident: $($test:ident)*) => {
        mod $module {
            $(
                #[test]
                fn $test() {
                    $crate::conformance::$module::$test($start);
                }
            )*
        }
    };
}
